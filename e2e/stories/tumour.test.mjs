// A tumour board: why a trial is for a patient or not, and the brief on screen and on paper.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  assertAccessible, launch, openPatient, picture, print, skip, tabTo, target, withPage,
} from '../lib/browser.mjs';

/** Has a lung tumour, and trials that are, may be and are not for her. */
const PATIENT = 'DEMO, Lena';
const TIMEOUT_MS = 120_000;
const VIEWS = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['320', { viewport: { width: 320, height: 640 } }],
];

if (skip) console.log(`# the tumour board's stories are skipped: ${skip}`);

describe('a tumour board', { skip, timeout: TIMEOUT_MS * 5 }, () => {
  let browser;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  const openTumour = async (page) => {
    await openPatient(page, PATIENT);
    await page.getByRole('link', { name: 'Tumour profile and reasons' }).click();
    await page.getByRole('heading', { name: 'Trial options' }).waitFor();
  };
  const fits = async (page, options) => {
    const width_px = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width_px <= (options.viewport?.width ?? 1280), `the page is ${width_px} px wide`);
  };

  story('finds why a trial is for the patient, and what is to be found out', async () => {
    for (const [name, options] of VIEWS) {
      await withPage(browser, options, async (page) => {
        await openTumour(page);
        const option = page.getByRole('article').filter({ hasText: 'DEMO-EGFR-1' }).first();
        await option.getByText('Why', { exact: false }).first().click();
        const why = await option.locator('details[open]').innerText();
        // Each criterion: met, failed or not known; what was found; where it stands; who asks it.
        for (const part of [/Met/, /Found: /, /Observation\/lena-egfr\/_history\/\d+/,
          /\d\d-\w{3}-\d{4}/, /Asked at/, /Criteria of version 1/]) {
          assert.match(why, part);
        }
        const open = page.getByText(/To be found out: /).first();
        assert.match(await open.innerText(), /\w+/);
        await fits(page, options);
        await assertAccessible(page, `trial reasons, ${name}`);
        await picture(page, `trial-reasons-${name}`);
      });
    }
  });

  story('sees the patients of a trial as work, and what changed', async () => {
    await withPage(browser, {}, async (page) => {
      await openTumour(page);
      await page.getByRole('link', { name: 'Trials', exact: true }).click();
      await page.getByRole('heading', { name: 'What changed for whom' }).waitFor();
      await assertAccessible(page, 'trials');
      await picture(page, 'trials');
      await page.getByRole('table', { name: 'Trials by identifier' })
        .getByRole('link', { name: 'DEMO-EGFR-1' }).click();
      const bins = page.getByRole('navigation', { name: 'Patients by status' });
      await bins.getByRole('link', { name: /Near miss/ }).click();
      await bins.locator('[aria-current]').filter({ hasText: 'Near miss' }).waitFor();
      await bins.getByRole('link', { name: /^All/ }).click();
      await page.getByRole('link', { name: PATIENT }).first().waitFor();
      await assertAccessible(page, 'trial');
      await picture(page, 'trial');
    });
  });

  story('decides about a trial by keyboard, and asks for what is missing', async () => {
    await withPage(browser, {}, async (page) => {
      await openTumour(page);
      await page.getByRole('link', { name: /^Decide or ask.*DEMO-EGFR-1/ }).first().click();
      await page.getByRole('heading', { name: 'Decision' }).waitFor();
      await tabTo(page, page.getByLabel('Decide', { exact: true }));
      await page.keyboard.type('Being');
      await tabTo(page, page.getByLabel('Remark, such as the reason'));
      await page.keyboard.type('Seen by the board');
      await tabTo(page, page.getByRole('button', { name: 'Keep the decision' }));
      await page.keyboard.press('Enter');
      const decision = page.getByRole('region', { name: 'Decision' });
      await decision.getByText('Seen by the board', { exact: true }).waitFor();
      assert.match(await decision.innerText(), /Being screened[\s\S]*The criteria then/);
      await tabTo(page, page.getByText('Ask for something'));
      await page.keyboard.press('Enter');
      await page.getByLabel('Something else', { exact: true }).fill('CT of the chest');
      await page.getByLabel('What the criteria miss').selectOption('');
      await page.getByLabel('Who finds it out').fill('Ward 3');
      await page.getByLabel('By which day').fill('2020-01-31');
      await page.getByRole('button', { name: 'Ask for it' }).click();
      await page.getByRole('heading', { name: 'CT of the chest' }).waitFor();
      await assertAccessible(page, 'trial work');
      await picture(page, 'trial-work-light');
      await page.getByRole('link', { name: 'Trials', exact: true }).click();
      const open = page.getByRole('table', { name: 'What is due first' });
      assert.match(await open.innerText(), /Ward 3[\s\S]*Overdue/);
      await assertAccessible(page, 'trials, with work');
      await open.getByRole('link', { name: PATIENT }).click();
      await page.getByLabel('What was found, or why not').fill('No metastasis');
      await page.getByRole('button', { name: /^Found out/ }).click();
      await page.getByText('No metastasis').waitFor();
      assert.equal(await page.getByRole('button', { name: /^Found out/ }).count(), 0);
    });
    for (const [name, options] of VIEWS.slice(1)) {
      await withPage(browser, options, async (page) => {
        await openTumour(page);
        await page.getByRole('link', { name: /^Decide or ask.*DEMO-EGFR-1/ }).first().click();
        await page.getByText('Being screened').first().waitFor();
        await fits(page, options);
        await assertAccessible(page, `trial work, ${name}`);
        await picture(page, `trial-work-${name}`);
      });
    }
  });

  story('reads the brief on the screen', async () => {
    for (const [name, options] of VIEWS) {
      await withPage(browser, options, async (page) => {
        await openTumour(page);
        await page.getByRole('link', { name: 'Brief as of today' }).click();
        await page.getByRole('heading', { level: 1, name: PATIENT }).waitFor();
        const text = await page.locator('main').innerText();
        for (const part of [/Question to the board/, /Lung Adenocarcinoma/, /Not tested/,
          /EGFR/, /The laboratory says/, /DEMO-EGFR-1/, /Sources and versions/, /Limits/]) {
          assert.match(text, part);
        }
        await fits(page, options);
        await assertAccessible(page, `brief, ${name}`);
        await picture(page, `brief-${name}`);
        if (name !== 'light') return;
        const pages = (await pdfText(await print(page, 'brief'))).split('\f');
        const printed = pages.filter((one) => one.trim());
        for (const [index, said] of printed.entries()) {
          assert.ok(said.includes(PATIENT), `page ${index + 1} does not name the patient`);
          assert.ok(said.includes(`Page ${index + 1} of ${printed.length}`));
        }
      });
    }
  });

  story('issues the brief by keyboard, and has it as a document', async () => {
    await withPage(browser, {}, async (page) => {
      await openTumour(page);
      await tabTo(page, page.getByText('Issue a version for the board'));
      await page.keyboard.press('Enter');
      await tabTo(page, page.getByLabel('Question to the board'));
      await page.keyboard.type('Second line?');
      await tabTo(page, page.getByRole('button', { name: 'Issue the brief' }));
      await page.keyboard.press('Enter');
      await page.getByText(/Version 1, issued by/).first().waitFor();
      assert.match(await page.locator('main').innerText(), /Second line\?/);
      await assertAccessible(page, 'brief, issued');
      const address = await page.getByRole('link', { name: 'As PDF' }).getAttribute('href');
      const answer = await page.request.get(`${target.url}${address}`);
      // A server without PDF says so; the page prints.
      if (answer.status() === 501) return;
      assert.equal(answer.headers()['content-type'], 'application/pdf');
      assert.equal((await answer.body()).subarray(0, 8).toString(), '%PDF-1.7');
      await page.getByRole('link', { name: 'Brief as of today' }).click();
      await page.getByText('Nothing has changed.').waitFor();
    });
  });
});

async function pdfText(file) {
  const { stdout } = await promisify(execFile)('pdftotext', ['-layout', file, '-']);
  return stdout;
}
