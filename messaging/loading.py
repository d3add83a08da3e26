"""Imported before anything else of a service: what is loaded stays for ever, so nobody looks through it meanwhile.

Some 290 looks at what has been loaded so far were a seventh of the CPU that a service needs to start.
"""

from messaging import collector

collector.patient()
