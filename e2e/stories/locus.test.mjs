// A geneticist looks at a place of the genome: as a table without a script, and in the browser of
// genomes that the operator brought, which fetches everything from this server.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  assertAccessible, launch, openPatient, picture, print, skip, tabTo, target, withPage,
} from '../lib/browser.mjs';

const token = process.env.COGNATE_EHR_TOKEN;
const PATIENT = 'EXAMPLE, Ana';
const REGION = 'chrM:1,400-1,700';
const TIMEOUT_MS = 120_000;
// igv sets two styles inline, which the policy refuses; the picture is the same without.
const STYLES = [/Content Security Policy.*style-src/];
const VIEWS = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['320', { viewport: { width: 320, height: 640 } }],
];
const lacking = skip || (token ? false : 'COGNATE_EHR_TOKEN is not set');

if (lacking) console.log(`# the stories of a place of the genome are skipped: ${lacking}`);

const coded = (system, code) => ({ coding: [{ system, code }] });
const LOINC = 'http://loinc.org';

/** Heteroplasmic, of the inherited genome; the reference of the stories has an A there. */
const VARIANT = {
  resourceType: 'Observation',
  id: 'locus-story',
  status: 'final',
  code: coded(LOINC, '69548-6'),
  subject: { reference: 'Patient/ana-example' },
  effectiveDateTime: '2026-10-02',
  valueCodeableConcept: coded(LOINC, 'LA9633-4'),
  component: [
    { code: coded(LOINC, '81290-9'),
      valueCodeableConcept: coded('http://varnomen.hgvs.org', 'NC_012920.1:m.1553A>G') },
    { code: coded(LOINC, '48002-0'), valueCodeableConcept: coded(LOINC, 'LA6683-2') },
    { code: coded(LOINC, '53034-5'),
      valueCodeableConcept: { text: 'Heteroplasmic', ...coded(LOINC, 'LA6703-8') } },
  ],
};

describe('a place of the genome', { skip: lacking, timeout: TIMEOUT_MS * 3 }, () => {
  let browser;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  before(async () => {
    browser = await launch();
    const filed = await fetch(`${target.url}/fhir/Observation/${VARIANT.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(VARIANT),
    });
    assert.ok(filed.ok, await filed.text());
  });
  after(async () => { await browser?.close(); });

  const open = async (page) => {
    await openPatient(page, PATIENT);
    await page.getByRole('link', { name: 'A place of the genome' }).click();
    await page.getByLabel(/region/).fill(REGION);
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('heading', { name: /^chrMT:1,400–1,700/ }).waitFor();
  };

  story('is a table that tells a call from what was not tested, without a script', async () => {
    await withPage(browser, { javaScriptEnabled: false }, async (page) => {
      await open(page);
      const row = page.getByRole('row').filter({ hasText: 'm.1553A>G' });
      assert.match(await row.innerText(), /Found\s+Heteroplasmic/);
      assert.match(await page.locator('main').innerText(), /No mark where nothing was tested is no absence/);
      await print(page, 'locus');
    });
    await withPage(browser, { expected: [/status of 422/] }, async (page) => {
      await openPatient(page, PATIENT);
      const link = page.getByRole('link', { name: 'A place of the genome' });
      await tabTo(page, link, 200);
      await page.keyboard.press('Enter');
      await page.getByLabel('Gene', { exact: true }).fill('NO-GENE <b>');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(/or a region/).waitFor();
      assert.equal(await page.getByLabel('Gene', { exact: true }).inputValue(), 'NO-GENE <b>');
      await assertAccessible(page, 'a gene that is not known');
    });
  });

  story('is drawn by the browser that the operator brought, from this server alone', async (t) => {
    for (const [name, options] of VIEWS) {
      await withPage(browser, { ...options, expected: STYLES }, async (page) => {
        const ranges = [];
        page.on('response', (answer) => {
          if (answer.url().includes('/reference/')) ranges.push(answer.status());
        });
        await open(page);
        const frame = page.locator('#locus-viewer');
        if (await frame.count() === 0) {
          t.skip('the server has no browser of genomes: --igv and --reference');
          return;
        }
        await page.locator('#locus-viewer[data-state=open]').waitFor();
        await page.waitForFunction(drawn, undefined, { timeout: 15_000 });
        assert.ok(ranges.includes(206), `the reference came in ranges: ${ranges}`);
        await assertAccessible(page, `a place of the genome, ${name}`);
        await picture(page, `locus-${name}`);
      });
    }
  });
});

/** Runs in the page: whether a canvas of the browser shows more than one colour. */
function drawn() {
  const found = [];
  const frame = document.getElementById('locus-viewer');
  found.push(...(frame.shadowRoot ?? frame).querySelectorAll('canvas'));
  return found.some((canvas) => {
    if (canvas.width < 100 || canvas.height < 5) return false;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    return new Set(pixels).size > 3;
  });
}
