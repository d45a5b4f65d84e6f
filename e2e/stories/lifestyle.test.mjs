// A clinician writes down how a patient lives: by keyboard, without a script, and corrects it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  assertAccessible, launch, openPatient, picture, skip, tabTo, withPage,
} from '../lib/browser.mjs';

const PATIENT = 'PREVENTION, Petra';
const TIMEOUT_MS = 120_000;
const REFUSED = [/status of 422/];
const VIEWS = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['320', { viewport: { width: 320, height: 640 } }],
];

if (skip) console.log(`# the stories of lifestyle are skipped: ${skip}`);

describe('answers about lifestyle', { skip, timeout: TIMEOUT_MS * 3 }, () => {
  let browser;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  const openForm = async (page) => {
    await openPatient(page, PATIENT);
    await page.getByRole('link', { name: 'Write down answers' }).click();
    await page.getByRole('heading', { name: /^Answers about lifestyle/ }).waitFor();
  };

  story('are refused in words, and nothing that was typed is lost', async () => {
    for (const [name, options] of VIEWS) {
      await withPage(browser, { ...options, expected: REFUSED }, async (page) => {
        await openForm(page);
        await assertAccessible(page, `form, ${name}`);
        await page.getByLabel('Usual occupation', { exact: true }).fill('welder <b>');
        await page.getByLabel('Pack-years smoked', { exact: true }).fill('many');
        await page.getByRole('button', { name: 'Keep the answers' }).click();
        await page.getByRole('alert').waitFor();
        assert.match(await page.title(), /^Error: /);
        const typed = page.getByLabel('Usual occupation', { exact: true });
        assert.equal(await typed.inputValue(), 'welder <b>');
        await assertAccessible(page, `form with an error, ${name}`);
        await picture(page, `lifestyle-error-${name}`);
      });
    }
  });

  story('are kept by keyboard and without a script, and corrected', async () => {
    await withPage(browser, { javaScriptEnabled: false }, async (page) => {
      await openForm(page);
      await page.getByLabel('Smoking status').selectOption({ label: 'Current every day smoker' });
      await page.getByRole('group', { name: 'Radon' }).getByLabel('No', { exact: true }).check();
      await page.getByRole('button', { name: 'Keep the answers' }).click();
      const section = page.getByRole('region', { name: 'Risk and exposures' });
      await section.getByText('Current every day smoker').waitFor();
    });
    await withPage(browser, {}, async (page) => {
      await openPatient(page, PATIENT);
      // It stands near the end, behind the links of all results that other stories have filed.
      await tabTo(page, page.getByRole('link', { name: /^Correct those of/ }).first(), 200);
      await page.keyboard.press('Enter');
      const drinks = page.getByLabel('Alcoholic drinks a week', { exact: true });
      await drinks.waitFor();
      const smoking = page.getByLabel('Smoking status');
      assert.equal(await smoking.inputValue(), 'LA18976-3', 'it opens as it was kept');
      await tabTo(page, drinks);
      await page.keyboard.type('3.5');
      await page.keyboard.press('Enter');
      const section = page.getByRole('region', { name: 'Risk and exposures' });
      await section.getByRole('cell', { name: '3.5 drinks a week' }).first().waitFor();
      await section.getByRole('img', { name: 'Answers beside published thresholds' }).waitFor();
      assert.match(await section.innerText(), /_history\/2/);
      await picture(page, 'lifestyle-kept');
    });
  });
});
