"""The SMART client of PyPI, `fhirclient`, whose models of R4 are strict: an answer that is not R4
does not come through.

From the environment: COGNATE_URL, COGNATE_EHR_TOKEN, COGNATE_ORDER_ENTRY_TOKEN.
"""

import os
import unittest

from fhirclient import client, server
from fhirclient.models.bundle import Bundle
from fhirclient.models.capabilitystatement import CapabilityStatement
from fhirclient.models.fhirabstractbase import FHIRValidationError
from fhirclient.models.observation import Observation
from fhirclient.models.operationoutcome import OperationOutcome
from fhirclient.models.parameters import Parameters
from fhirclient.models.patient import Patient


def connect(token):
    base = os.environ["COGNATE_URL"] + "/fhir"
    smart = client.FHIRClient(settings={"app_id": "test", "api_base": base})
    smart.server.session.headers["Authorization"] = f"Bearer {token}"
    return smart


EHR = connect(os.environ["COGNATE_EHR_TOKEN"])
ORDERS = connect(os.environ["COGNATE_ORDER_ENTRY_TOKEN"])


def observation(code, status="final"):
    return Observation({
        "resourceType": "Observation", "status": status,
        "code": {"coding": [{"system": "urn:test", "code": code}]},
        "subject": {"reference": "Patient/ana-example"},
        "valueQuantity": {"value": 1.5, "unit": "mg"},
    })


class Strict(unittest.TestCase):
    def test_the_capability_statement_is_r4(self):
        statement = CapabilityStatement(EHR.server.request_json("metadata"))
        self.assertEqual(statement.fhirVersion, "4.0.1")
        kinds = {one.type for one in statement.rest[0].resource}
        self.assertIn("Observation", kinds)
        self.assertTrue(EHR.prepare())

    def test_create_read_update_and_delete(self):
        made = observation("py-crud").create(EHR.server)
        one = Observation.read(made["id"], ORDERS.server)
        self.assertEqual(one.meta.versionId, "1")
        self.assertEqual(one.valueQuantity.value, 1.5)
        one.status = "amended"
        self.assertEqual(one.update(EHR.server)["meta"]["versionId"], "2")
        first = ORDERS.server.request_json(f"Observation/{one.id}/_history/1")
        self.assertEqual(Observation(first).status, "final")
        one.delete(EHR.server)
        with self.assertRaises(Exception) as gone:
            Observation.read(one.id, ORDERS.server)
        self.assertEqual(gone.exception.response.status_code, 410)

    def test_a_search_in_pages(self):
        for _ in range(3):
            observation("py-pages").create(EHR.server)
        search = Observation.where({"code": "urn:test|py-pages", "_count": "2"})
        found = list(search.perform_resources_iter(ORDERS.server))
        self.assertEqual(len(found), 3)
        self.assertTrue(all(isinstance(one, Observation) for one in found))
        names = Patient.where({"family": "Example"}).perform_resources(ORDERS.server)
        self.assertEqual([one.id for one in names if one.id == "ana-example"], ["ana-example"])

    def test_a_transaction_and_histories(self):
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": observation("py-transaction").as_json(),
             "request": {"method": "POST", "url": "Observation"}},
        ]}
        answer = Bundle(EHR.server.post_json("", bundle).json())
        self.assertEqual(answer.type, "transaction-response")
        self.assertEqual(answer.entry[0].response.status, "201 Created")
        for path in ["_history?_count=5", "Observation/_history?_count=5"]:
            history = Bundle(ORDERS.server.request_json(path))
            self.assertEqual((history.type, len(history.entry)), ("history", 5), path)

    def test_all_about_a_patient_is_r4(self):
        everything = Bundle(ORDERS.server.request_json("Patient/ana-example/$everything"))
        kinds = {one.resource.resource_type for one in everything.entry}
        self.assertLessEqual({"Patient", "DiagnosticReport", "Observation"}, kinds)

    def test_a_genomics_operation_is_r4(self):
        path = "$find-subject-haplotypes?subject=Patient/ana-example&genes=CYP2C19"
        answer = Parameters(ORDERS.server.request_json(path))
        self.assertEqual(answer.parameter[0].name, "haplotypes")

    def test_what_is_refused_is_an_outcome(self):
        for call, status in [
            (lambda: Patient.read("nobody", ORDERS.server), 404),
            (lambda: observation("x").create(ORDERS.server), 403),
            (lambda: ORDERS.server.request_json("Patient?birthdate=yesterday"), 400),
        ]:
            with self.assertRaises(Exception) as refused:
                call()
            response = refused.exception.response
            self.assertEqual(response.status_code, status)
            self.assertTrue(OperationOutcome(response.json()).issue)
        with self.assertRaises(server.FHIRUnauthorizedException):
            Patient.read("ana-example", connect("wrong").server)
        with self.assertRaises(FHIRValidationError):
            Observation({"resourceType": "Observation"})


if __name__ == "__main__":
    unittest.main()
