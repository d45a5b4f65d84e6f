// The SMART client of npm, `fhirclient`, against a running server.
//
// From the environment: COGNATE_URL, COGNATE_EHR_TOKEN, COGNATE_ORDER_ENTRY_TOKEN.

import assert from "node:assert/strict";
import { test } from "node:test";
import FHIR from "fhirclient";

const { COGNATE_URL, COGNATE_EHR_TOKEN, COGNATE_ORDER_ENTRY_TOKEN } = process.env;
assert.ok(COGNATE_URL && COGNATE_EHR_TOKEN && COGNATE_ORDER_ENTRY_TOKEN, "no server is named");

const client = (token) =>
  FHIR({ headers: {}, url: "/" }, {}).client({
    serverUrl: `${COGNATE_URL}/fhir`,
    tokenResponse: { access_token: token },
  });
const ehr = client(COGNATE_EHR_TOKEN);
const orders = client(COGNATE_ORDER_ENTRY_TOKEN);

const subject = { reference: "Patient/ana-example" };
const observation = {
  resourceType: "Observation",
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "29463-7" }], text: "weight" },
  subject,
  valueQuantity: { value: 70.5, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
};

/** The error of a request, and the outcome that came with it. */
async function refused(promise, status) {
  const error = await promise.then(
    () => assert.fail("it was not refused"),
    (error) => error,
  );
  assert.equal(error.status ?? error.statusCode, status, error.message);
  assert.match(error.message, /log id|must|not|there/);
  return error;
}

test("the conformance that the client looks for", async () => {
  const statement = await ehr.request("metadata");
  assert.equal(statement.resourceType, "CapabilityStatement");
  assert.equal(await ehr.getFhirVersion(), "4.0.1");
  assert.equal(await ehr.getFhirRelease(), 4);
  const smart = await ehr.request(".well-known/smart-configuration");
  assert.ok(smart.capabilities.includes("permission-v2"));
});

test("create, read, update, versions, patch, delete", async () => {
  const made = await ehr.create(observation);
  assert.equal(made.meta.versionId, "1");
  const place = `Observation/${made.id}`;
  assert.deepEqual(await orders.request(place), made);
  const second = await ehr.update({ ...made, status: "amended" }, {
    headers: { "if-match": 'W/"1"' },
  });
  assert.equal(second.meta.versionId, "2");
  await refused(ehr.update(made, { headers: { "if-match": 'W/"1"' } }), 412);
  const patched = await ehr.patch(place, [{ op: "replace", path: "/status", value: "corrected" }]);
  assert.equal(patched.status, "corrected");
  assert.equal((await orders.request(`${place}/_history/1`)).status, "final");
  const history = await orders.request(`${place}/_history`);
  assert.deepEqual(history.entry.map((one) => one.resource.meta.versionId), ["3", "2", "1"]);
  await ehr.delete(place);
  await refused(orders.request(place), 410);
});

test("a search in pages, and references that are resolved", async () => {
  for (const code of ["page-1", "page-2", "page-3"]) {
    await ehr.create({ ...observation, code: { coding: [{ system: "urn:test", code }] } });
  }
  const url = "Observation?patient=ana-example&code=urn:test|page-1,urn:test|page-2,urn:test|page-3";
  const pages = await orders.request(`${url}&_count=1`, { pageLimit: 0 });
  assert.equal(pages.length, 3);
  const flat = await orders.request(`${url}&_count=2`, { pageLimit: 0, flat: true });
  const codes = flat.map((one) => one.code.coding[0].code).sort();
  assert.deepEqual(codes, ["page-1", "page-2", "page-3"]);
  const resolved = await orders.request(`${url}&_count=1`, { resolveReferences: "subject" });
  assert.equal(resolved.entry[0].resource.subject.resourceType, "Patient");
});

test("a transaction, and all about a patient", async () => {
  const full = "urn:uuid:7c6a1a2e-9d4f-4a36-8f34-0d3c0c6f2b11";
  const answer = await ehr.request({
    url: "",
    method: "POST",
    headers: { "content-type": "application/fhir+json" },
    body: JSON.stringify({
      resourceType: "Bundle",
      type: "transaction",
      entry: [
        {
          fullUrl: full,
          resource: { resourceType: "Patient", name: [{ family: "Transaction" }] },
          request: { method: "POST", url: "Patient" },
        },
        {
          resource: { ...observation, subject: { reference: full } },
          request: { method: "POST", url: "Observation" },
        },
      ],
    }),
  });
  assert.deepEqual(answer.entry.map((one) => one.response.status), ["201 Created", "201 Created"]);
  const id = answer.entry[0].response.location.match(/Patient\/([^/]+)/)[1];
  const everything = await orders.request(`Patient/${id}/$everything`);
  const kinds = everything.entry.map((one) => one.resource.resourceType).sort();
  assert.deepEqual(kinds, ["Observation", "Patient"]);
});

test("a genomics operation", async () => {
  const answer = await orders.request(
    "Patient/$find-subject-haplotypes?subject=ana-example&genes=CYP2C19",
  );
  assert.equal(answer.resourceType, "Parameters");
  const haplotypes = answer.parameter.find((one) => one.name === "haplotypes");
  const genotype = haplotypes.part.find((part) => part.name === "genotype").resource;
  assert.match(JSON.stringify(genotype.valueCodeableConcept), /\*2/);
});

test("what is refused says why", async () => {
  await refused(orders.request("Patient/nobody-at-all"), 404);
  await refused(orders.create(observation), 403);
  await assert.rejects(client("wrong").request("Patient/ana-example"));
  const broken = await refused(ehr.create({ resourceType: "Observation", subject }), 400);
  assert.match(broken.message, /status|code/);
});
