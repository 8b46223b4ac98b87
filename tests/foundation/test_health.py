from starlette.testclient import TestClient


def test_health_is_good_on_a_migrated_database(client: TestClient) -> None:
    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "migrations": True, "database": True}
