"""A subscriber: what it is sent is read with `fhirclient`, whose models of R4 are strict.

From the environment: COGNATE_URL, COGNATE_EHR_TOKEN, COGNATE_ORDER_ENTRY_TOKEN, COGNATE_ENDPOINT (a
prefix on loopback that the server may notify).
"""

import http.server
import json
import os
import queue
import threading
import unittest
import urllib.parse

from fhirclient.models.bundle import Bundle
from fhirclient.models.diagnosticreport import DiagnosticReport
from fhirclient.models.subscription import Subscription

from test_fhirclient import EHR, ORDERS

ENDPOINT = os.environ["COGNATE_ENDPOINT"]
GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
SECRET = "Bearer of-the-subscriber"
SECONDS_MAX = 30


class Receiver(http.server.BaseHTTPRequestHandler):
    received = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.received.put((self.path, self.headers["Authorization"], json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def next_notification(kind):
    """The next notification of a kind, with the status it begins with."""
    while True:
        path, secret, body = Receiver.received.get(timeout=SECONDS_MAX)
        bundle = Bundle(body)
        status = {one.name: one for one in bundle.entry[0].resource.parameter}
        if status["type"].valueCode == kind:
            return path, secret, bundle, status


class Subscriber(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = urllib.parse.urlsplit(ENDPOINT).port
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def test_from_the_request_to_the_event(self):
        content = {"url": GUIDE + "backport-payload-content", "valueCode": "full-resource"}
        only = {"url": GUIDE + "backport-filter-criteria",
                "valueString": "DiagnosticReport?patient=Patient/ben-sample"}
        made = ORDERS.server.post_json("Subscription", {
            "resourceType": "Subscription", "status": "requested", "reason": "to be told",
            "criteria": "urn:cognate:subscription-topic:result",
            "_criteria": {"extension": [only]},
            "channel": {"type": "rest-hook", "endpoint": ENDPOINT + "/reports",
                        "header": [f"Authorization: {SECRET}"],
                        "payload": "application/fhir+json", "_payload": {"extension": [content]}},
        }).json()
        self.assertEqual(Subscription(made).channel.header, ["Authorization: (sealed)"])
        path, secret, _, status = next_notification("handshake")
        self.assertEqual((path, secret), ("/hooks/reports", SECRET))
        place = f"Subscription/{made['id']}"
        self.assertTrue(status["subscription"].valueReference.reference.endswith(place))
        for patient in ["ana-example", "ben-sample"]:
            DiagnosticReport({
                "resourceType": "DiagnosticReport", "status": "final",
                "code": {"text": f"about {patient}"},
                "subject": {"reference": f"Patient/{patient}"},
            }).create(EHR.server)
        _, _, bundle, status = next_notification("event-notification")
        self.assertEqual(bundle.type, "history")
        self.assertEqual(status["events-since-subscription-start"].valueString, "1")
        parts = {part.name: part for part in status["notification-event"].part}
        self.assertEqual(parts["event-number"].valueString, "1")
        report = bundle.entry[1].resource
        self.assertIsInstance(report, DiagnosticReport)
        self.assertEqual(report.code.text, "about ben-sample")
        self.assertEqual(parts["focus"].valueReference.reference, f"DiagnosticReport/{report.id}")
        self.assertEqual(Subscription.read(made["id"], ORDERS.server).status, "active")
        events = Bundle(ORDERS.server.request_json(f"{place}/$events?eventsSinceNumber=1"))
        self.assertEqual(events.entry[1].resource.id, report.id)
        how = Bundle(ORDERS.server.request_json(f"{place}/$status"))
        self.assertEqual((how.type, how.total), ("searchset", 1))


if __name__ == "__main__":
    unittest.main()
