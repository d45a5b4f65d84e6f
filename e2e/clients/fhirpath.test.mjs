// The FHIRPath of views beside an engine of another maker, npm's `fhirpath`: each expression of
// the table over resources written here and, when they are at hand, over the examples of the
// Genomics Reporting guide.
//
// From the environment: COGNATE_URL, COGNATE_EHR_TOKEN.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { test } from "node:test";
import fhirpath from "fhirpath";
import model from "fhirpath/fhir-context/r4/index.js";

const { COGNATE_URL, COGNATE_EHR_TOKEN } = process.env;
assert.ok(COGNATE_URL && COGNATE_EHR_TOKEN, "no server is named");

const patient = {
  resourceType: "Patient", id: "p1", active: true, birthDate: "1974-12-25",
  _birthDate: {
    extension: [{ url: "http://example.org/time", valueDateTime: "1974-12-25T14:35:45-05:00" }],
  },
  deceasedBoolean: false, multipleBirthInteger: 2,
  extension: [
    { url: "http://example.org/a", valueCode: "x" },
    { url: "http://example.org/a", valueCode: "y" },
  ],
  name: [
    { use: "official", family: "Chalmers", given: ["Peter", "James"] },
    { use: "usual", given: ["Jim"] },
    { use: "maiden", family: "Windsor", given: ["Peter", "James"], period: { end: "2002" } },
  ],
  contact: [{ gender: "female" }],
  generalPractitioner: [{ reference: "Practitioner/7" }],
};
const young = { resourceType: "Patient", id: "p2", birthDate: "2010-03", name: [{ text: "Ann" }] };
const quantity = {
  resourceType: "Observation", id: "o1", status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "1-8" }, { code: "b" }], text: "one" },
  effectiveDateTime: "2019-01-15T10:30:00Z",
  valueQuantity: { value: 1.1, unit: "mg", system: "http://unitsofmeasure.org", code: "mg" },
  component: [
    { code: { text: "one" }, valueInteger: 1 },
    { code: { text: "two" }, valueString: "2" },
    { code: { text: "three" }, valueQuantity: { value: 3 } },
  ],
};
const period = {
  resourceType: "Observation", id: "o2", status: "amended", code: { text: "two" },
  effectivePeriod: { start: "2018-05", end: "2018-06-01T00:00:00+02:00" }, valueBoolean: true,
};

// Type, expression. Results are primitives: what is compared are values.
// Left out: `-name.ofType(integer)`, which the other engine refuses on elements.
const TABLE = `
Patient: id
Patient: Patient.name.given
Patient: name.family
Patient: name[0].given[1]
Patient: name[9].family
Patient: name.first().given.last()
Patient: name.where(use = 'official').given
Patient: name.where(family.exists()).use
Patient: name.where(period.end.exists()).given.join('-')
Patient: name.given.join(', ')
Patient: name.given.join()
Patient: name.exists()
Patient: name.empty()
Patient: name.count()
Patient: name.given.count()
Patient: name.all(given.exists())
Patient: name.all(family.exists())
Patient: name.select(use | family)
Patient: name.given | name.family
Patient: (name.given | name.family).count()
Patient: name.where($index = 1).given
Patient: name.select($index)
Patient: name.given.where($this = 'Jim')
Patient: name.use.first() = 'official'
Patient: name.family = 'Chalmers'
Patient: name.given = name.given
Patient: name[0].given = name[2].given
Patient: name[0].given = name[1].given
Patient: name.where(use = 'none').family = 'x'
Patient: name[0].family != 'Chalmers'
Patient: name[0].family & name[1].family & '!'
Patient: name[0].family + name[1].family
Patient: name[0].family + '!'
Patient: name.use contains 'usual'
Patient: birthDate
Patient: birthDate < @1980-01-01
Patient: birthDate < @1980
Patient: birthDate <= @1974-12-25
Patient: birthDate = @1974-12-25
Patient: birthDate = @1974-12
Patient: birthDate != @1974
Patient: birthDate > @2010-02
Patient: birthDate > @2010-03-01
Patient: birthDate.extension('http://example.org/time').value.ofType(dateTime)
Patient: extension('http://example.org/a').value.ofType(code)
Patient: extension('http://example.org/a').value
Patient: extension('http://example.org/none').exists()
Patient: extension.where(url = 'http://example.org/a').count()
Patient: active
Patient: active.not()
Patient: active and deceased.ofType(boolean)
Patient: active or deceased.ofType(boolean)
Patient: active xor deceased.ofType(boolean)
Patient: active implies deceased.ofType(boolean)
Patient: deceased.ofType(boolean) implies {}
Patient: {} and false
Patient: {} or true
Patient: {} and true
Patient: {}.not()
Patient: multipleBirth.ofType(integer) + 1
Patient: multipleBirth.ofType(integer) * 2.5
Patient: multipleBirth.ofType(integer) / 3
Patient: multipleBirth.ofType(integer) - 3
Patient: -(1 + 1)
Patient: -1 + 2
Patient: multipleBirth.ofType(integer) >= 2
Patient: multipleBirth.ofType(integer) / 0
Patient: multipleBirth.ofType(boolean)
Patient: multipleBirth is integer
Patient: birthDate is date
Patient: name.first() is HumanName
Patient: (name.first() as HumanName).family
Patient: 1 + 2 * 3
Patient: (1 + 2) * 3
Patient: 0.1 + 0.2
Patient: 1.10 = 1.1
Patient: 1 = 1.0
Patient: 10 / 4
Patient: 1 < 2 and 2 < 3
Patient: 'a' < 'b'
Patient: 'it\\'s'
Patient: 'a' & {} & 'b'
Patient: 'a' + {}
Patient: %resource.id
Patient: %context.name.count()
Patient: name.where(given.where($this = 'James').exists()).use
Patient: contact.gender
Patient: generalPractitioner.reference
Patient: name.given.first().exists() and birthDate.exists()
Observation: value.ofType(Quantity).value
Observation: value.ofType(Quantity).unit
Observation: value.ofType(boolean)
Observation: value is Quantity
Observation: value is boolean
Observation: (value as Quantity).value > 1
Observation: value.exists()
Observation: effective.ofType(dateTime)
Observation: effective.ofType(Period).start
Observation: effective.ofType(dateTime) > @2019-01-15T10:29:59Z
Observation: effective.ofType(dateTime) = @2019-01-15T11:30:00+01:00
Observation: effective.ofType(dateTime) < @2019-01-15T10:30:00.001Z
Observation: effective.ofType(dateTime) > @2018
Observation: effective.ofType(Period).end > @2018-06-01T00:00:00+03:00
Observation: effective.ofType(Period).start < @2018-06
Observation: code.coding.code
Observation: code.coding.where(system = 'http://loinc.org').code
Observation: code.coding.system.empty()
Observation: code.text | code.coding.code
Observation: category.coding.code
Observation: component.code.coding.code
Observation: component.where(code.coding.code = '48018-6').value.ofType(CodeableConcept).coding.code
Observation: component.value.ofType(Quantity).value
Observation: component.value.ofType(integer)
Observation: component.value.ofType(string)
Observation: component.value.ofType(Range).low.value
Observation: component.value.ofType(Range).low.value.first() + 1
Observation: component.value.ofType(CodeableConcept).coding.display
Observation: component.select(code.coding.code.first() & '=' & value.ofType(string))
Observation: component.where(value is CodeableConcept).count()
Observation: component.all(value.exists())
Observation: component.exists(value is Range)
Observation: component.code.coding.where(system = 'http://loinc.org').count() = component.count()
Observation: derivedFrom.reference
Observation: subject.reference
Observation: meta.profile
Observation: status = 'final'
Observation: status in ('final' | 'amended')
Observation: specimen.exists() or performer.exists()
Observation: interpretation.coding.code
DiagnosticReport: result.reference
DiagnosticReport: result.count()
DiagnosticReport: conclusionCode.coding.code
DiagnosticReport: extension.value.ofType(Reference).reference
DiagnosticReport: extension.url
DiagnosticReport: issued
DiagnosticReport: effective.ofType(dateTime)
DiagnosticReport: category.coding.code
Procedure: extension.extension.value.ofType(CodeableConcept).coding.code
Procedure: extension.extension.url
Procedure: performer.actor.reference
Procedure: performed.ofType(dateTime)
Task: reasonReference.reference
Task: code.coding.display
Task: status & ' ' & intent
Specimen: collection.bodySite.coding.code
Specimen: type.coding.code
`.trim().split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2));

/** What the other engine has and the subset of SQL on FHIR does not: refused here, by name. */
const NOT_HERE = ["contains", " in "];

const folder = new URL("../../../shared/data/fhir/genomics-reporting/resources/", import.meta.url);
const examples = existsSync(folder)
  ? readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")))
  : [];
const resources = [patient, young, quantity, period, ...examples];

/** A row for each resource: its key and what the expression gives, by the server. */
async function ours(type, path, of) {
  const view = {
    resourceType: "ViewDefinition", status: "active", resource: type,
    select: [
      { column: [{ name: "id", path: "getResourceKey()" }, { name: "v", path, collection: true }] },
    ],
  };
  const parameter = [
    { name: "viewResource", resource: view },
    { name: "_format", valueCode: "json" },
    ...of.map((resource) => ({ name: "resource", resource })),
  ];
  const answer = await fetch(`${COGNATE_URL}/fhir/ViewDefinition/$run`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${COGNATE_EHR_TOKEN}`, "content-type": "application/fhir+json",
    },
    body: JSON.stringify({ resourceType: "Parameters", parameter }),
  });
  const text = await answer.text();
  return answer.status === 200 ? JSON.parse(text) : { fault: `${answer.status} ${text}` };
}

/** The same by the other engine; values as JSON has them. */
function theirs(path, resource) {
  try {
    const found = fhirpath.evaluate(resource, path, { resource, context: resource }, model);
    return found.map((value) => (typeof value === "object" ? value.toString() : value));
  } catch (error) {
    return { fault: error.message };
  }
}

/** Decimals to the digits that both have. */
const plain = (values) =>
  values.map((value) => (typeof value === "number" ? Number(value.toPrecision(8)) : value));

test("every expression gives what the other engine gives", async () => {
  const differences = [];
  let compared = 0;
  for (const [type, path] of TABLE) {
    const of = resources.filter((resource) => resource.resourceType === type);
    if (NOT_HERE.some((word) => path.includes(word))) {
      const { fault } = await ours(type, path, of);
      assert.match(fault ?? "", /^422 .*is not supported here/, path);
      continue;
    }
    const all = await ours(type, path, of);
    for (const [at, resource] of of.entries()) {
      // Where one of them is at fault, each is asked alone.
      const alone = all.fault ? await ours(type, path, [resource]) : [all[at]];
      const expected = theirs(path, resource);
      const is = alone.fault ? { fault: alone.fault } : plain(alone[0].v ?? []);
      const agrees = expected.fault
        ? Boolean(is.fault)
        : !is.fault && JSON.stringify(is) === JSON.stringify(plain(expected));
      compared += 1;
      if (!agrees) {
        const both = `${JSON.stringify(is)}\n  ${JSON.stringify(expected)}`;
        differences.push(`${type} ${resource.id}: ${path}\n  ${both}`);
      }
    }
  }
  assert.ok(differences.length === 0, `${differences.length}\n${differences.join("\n")}`);
  assert.ok(compared >= TABLE.length - 30, `${compared}`);
});
