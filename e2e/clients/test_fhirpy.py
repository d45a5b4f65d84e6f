"""`fhirpy` of PyPI against a running server.

From the environment: COGNATE_URL, COGNATE_EHR_TOKEN, COGNATE_ORDER_ENTRY_TOKEN.
"""

import os
import unittest

from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import (
    ForbiddenError,
    MultipleResourcesFound,
    OperationOutcome,
    ResourceNotFound,
)

BASE = os.environ["COGNATE_URL"] + "/fhir"


def connect(token):
    return SyncFHIRClient(BASE, authorization=f"Bearer {token}")


EHR = connect(os.environ["COGNATE_EHR_TOKEN"])
ORDERS = connect(os.environ["COGNATE_ORDER_ENTRY_TOKEN"])


def observation(code):
    return EHR.resource(
        "Observation", status="final", code={"coding": [{"system": "urn:test", "code": code}]},
        subject={"reference": "Patient/ana-example"},
    )


class Fhirpy(unittest.TestCase):
    def test_save_read_update_and_delete(self):
        one = observation("fhirpy-crud")
        one.save()
        self.assertEqual(one["meta"]["versionId"], "1")
        read = ORDERS.reference("Observation", one.id).to_resource()
        self.assertEqual(read["status"], "final")
        one["status"] = "amended"
        one.save()
        again = EHR.execute(f"Observation/{one.id}/_history", method="GET")
        self.assertEqual([e["resource"]["meta"]["versionId"] for e in again["entry"]], ["2", "1"])
        one.delete()
        with self.assertRaises((ResourceNotFound, OperationOutcome)):
            ORDERS.reference("Observation", one.id).to_resource()

    def test_searches_chains_and_pages(self):
        for _ in range(3):
            observation("fhirpy-pages").save()
        search = ORDERS.resources("Observation").search(code="urn:test|fhirpy-pages")
        self.assertEqual(search.count(), 3)
        self.assertEqual(len(search.limit(1).fetch_all()), 3)
        self.assertEqual(len(search.limit(2).fetch()), 2)
        chained = search.search(patient__Patient__family="Example").fetch_all()
        self.assertEqual(len(chained), 3)
        newest = search.sort("-_lastUpdated").first()
        self.assertEqual(newest["resourceType"], "Observation")
        with_patient = search.include("Observation", "patient").fetch_raw()
        kinds = {entry["resource"]["resourceType"] for entry in with_patient["entry"]}
        self.assertEqual(kinds, {"Observation", "Patient"})

    def test_conditional_creates_and_updates(self):
        system, value = "urn:test:mrn", "fhirpy-1"
        patient = EHR.resource("Patient", name=[{"family": "Fhirpy"}],
                               identifier=[{"system": system, "value": value}])
        search = EHR.resources("Patient").search(identifier=f"{system}|{value}")
        one, is_new = search.get_or_create(patient)
        self.assertTrue(is_new)
        same, is_new = search.get_or_create(patient)
        self.assertEqual((same.id, is_new), (one.id, False))
        patient["active"] = True
        updated, _ = search.update(patient)
        self.assertEqual((updated.id, updated["active"]), (one.id, True))

    def test_a_stale_version_and_a_patch_of_another_kind(self):
        one = observation("fhirpy-stale")
        one.save()
        for version, is_stale in [("1", False), ("1", True)]:
            client = SyncFHIRClient(BASE, authorization=EHR.authorization,
                                    extra_headers={"If-Match": f'W/"{version}"'})
            resource = client.resource("Observation", **{**one, "status": "amended"})
            if is_stale:
                # Its name for every 412.
                with self.assertRaises(MultipleResourcesFound) as refused:
                    resource.save()
                self.assertIn("version", str(refused.exception))
            else:
                resource.save()
                self.assertEqual(resource["meta"]["versionId"], "2")
        # What fhirpy patches by is no JSON Patch, and nothing is guessed.
        with self.assertRaises(OperationOutcome):
            EHR.patch("Observation", one.id, status="corrected")

    def test_operations(self):
        everything = ORDERS.execute("Patient/ana-example/$everything", method="GET")
        self.assertEqual(everything["type"], "searchset")
        asked = {"resourceType": "Parameters", "parameter": [
            {"name": "subject", "valueString": "ana-example"},
            {"name": "genes", "valueString": "CYP2C19"},
        ]}
        answer = ORDERS.execute("Patient/$find-subject-haplotypes", method="POST", data=asked)
        self.assertEqual(answer["parameter"][0]["name"], "haplotypes")
        valid = observation("fhirpy-valid")
        self.assertTrue(valid.is_valid())
        valid["status"] = "no-such-status"
        self.assertFalse(valid.is_valid())

    def test_what_is_refused_says_why(self):
        with self.assertRaises(ResourceNotFound):
            ORDERS.reference("Patient", "nobody").to_resource()
        broken = EHR.resource("Observation", status="final")
        with self.assertRaises(OperationOutcome) as refused:
            broken.save()
        self.assertIn("code", str(refused.exception))
        with self.assertRaises(ForbiddenError):
            ORDERS.resource("Patient", name=[{"family": "Not permitted"}]).save()


if __name__ == "__main__":
    unittest.main()
