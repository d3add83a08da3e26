"""Examines an installation: settings, connections, versions, topics, clocks, rights; see docs/operate/doctor.md."""
