"""What the phone of the village's officer pushes, and the answers."""

from typing import Any
from uuid import UUID

from gridsvc.ids import new_id
from tests.factories.inspections import a_body
from tests.factories.village import Village

MADE_AT = "2026-02-28T11:00:00+08:00"
LATER = "2026-02-28T12:00:00+08:00"


class Officer:
    """The phone of the officer of Zhao, or of somebody else, in front of a test client."""

    def __init__(self, client: Any, village: Village, headers: dict[str, str]) -> None:
        self.client, self.village, self.headers = client, village, headers

    def push(self, *records: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        body = {"records": records, **more}
        response = self.client.post("/api/v1/sync/push", json=body, headers=self.headers)
        assert response.status_code == 200, response.json
        verdicts: list[dict[str, Any]] = response.json["verdicts"]
        return verdicts

    def verdicts(self, *records: dict[str, Any]) -> list[str]:
        return [answer["verdict"] for answer in self.push(*records)]

    def health(self) -> dict[str, Any]:
        response = self.client.get("/api/v1/sync/health", headers=self.headers)
        told: dict[str, Any] = response.json
        return told

    def record(self, kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        told = {"kind": kind, "id": str(new_id()), "made_at": MADE_AT, "device_seq": 1}
        return told | {"body": {"made_at": MADE_AT} | body} | more

    def patrol(self, **more: Any) -> dict[str, Any]:
        return self.record("patrol", {"grid_id": str(self.village.zhao.id)}, **more)

    def patrol_end(self, patrol: dict[str, Any]) -> dict[str, Any]:
        return self.record("patrol_end", {"patrol_id": patrol["id"], "made_at": LATER})

    def visit(self, patrol: dict[str, Any] | None = None, **body: Any) -> dict[str, Any]:
        named = {"patrol_id": patrol["id"]} if patrol else {}
        told = a_body(self.village.yard, self.village.checklist, **named, **body)
        return self.record("inspection", told)

    def issue(self, **body: Any) -> dict[str, Any]:
        told = {
            "category": "dust", "severity": "ordinary", "description": "砂石堆场未覆盖",
            "enterprise_id": str(self.village.yard.id),
        }  # fmt: skip
        return self.record("issue", told | body)

    def action(
        self, issue_id: str | UUID, action: str, *after: dict[str, Any], **body: Any
    ) -> dict[str, Any]:
        told = {"issue_id": str(issue_id), "action": action} | body
        named = [record["id"] for record in after]
        return self.record("issue_action", told, **({"after": named} if named else {}))

    def edit(
        self, kind: str, id: str | UUID, version: int, **changes: tuple[str | None, str | None]
    ) -> dict[str, Any]:
        told = {name: {"from": before, "to": after} for name, (before, after) in changes.items()}
        body = {"subject_kind": kind, "subject_id": str(id), "base_version": version}
        return self.record("edit", body | {"changes": told})
