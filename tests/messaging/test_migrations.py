"""What was released stays as it is: an installation made with it would refuse a file that was edited afterwards."""

import pytest

from messaging import migrate

FIRST_RELEASE = {
    "messaging/001_delivery.sql": "d2268ff9e39528a7b235e27fa6b23431c1778f85a2d30e00068ace8e276d840c",
    "messaging/002_answers.sql": "622c29901624e5a66913514c07a2b9afc033862900d4347d1f42436d5e05d3b8",
    "intake/001_reports.sql": "628af02f2b3c98afc771d038c4315b96a14cdd58d66f9af6c437918cdcabbe48",
    "routing/001_incidents.sql": "ec0a75136cfff9471db319222c29f0b6afcaac4263af82c9e7ce275b3f8b363d",
    "followup/001_revisits.sql": "3a354c3d75f5ee48891038814d74cfd7601c62812c3182d98bb192a7e961c216",
    "metrics/001_cells.sql": "4fa982cf3d233df6f4f8c69bab9fd6b36207f57c90833a651426ed389dcef10d",
}
"""Files that installations have applied, with the SHA-256 of what they said then."""
SERVICES = ("intake", "routing", "followup", "metrics")


def test_what_the_first_release_applied_has_not_been_edited():
    present = {f"{one.scope}/{one.name}": one.digest for service in SERVICES for one in migrate.of(service)}

    assert {name: present.get(name) for name in FIRST_RELEASE} == FIRST_RELEASE


@pytest.mark.parametrize("service", SERVICES)
def test_files_of_a_scope_are_numbered_from_one_without_holes(service):
    numbers = {}
    for one in migrate.of(service):
        numbers.setdefault(one.scope, []).append(one.number)

    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
