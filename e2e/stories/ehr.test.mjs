// The whole cycle from the prescriber's chair: the clinic's own record system asks, Cognate answers.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  assertAccessible, launch, logIn, picture, print, skip, tabTo, target, withPage,
} from '../lib/browser.mjs';

const TIMEOUT_MS = 120_000;

if (skip) console.log(`# the stories of the record system are skipped: ${skip}`);

describe('a clinic’s record system', { skip, timeout: TIMEOUT_MS * 6 }, () => {
  let browser;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  const open = async (page, id) => {
    await page.goto(`${target.url}/demo/ehr`);
    await page.getByRole('link', { name: id, exact: true }).click();
    await page.getByRole('heading', { level: 2, name: 'Orders' }).waitFor();
  };
  const draft = async (page, drug, dose = '') => {
    const form = page.getByRole('form', { name: 'New order' });
    const option = form.getByRole('option', { name: new RegExp(`^${drug},`) });
    await form.getByLabel('Drug').selectOption(await option.getAttribute('value'));
    await form.getByLabel('Dose in mg').fill(dose);
    await form.getByRole('button', { name: 'Draft the order' }).click();
  };
  const said = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

  story('is warned at the order, takes the alternative and signs it', async () => {
    await withPage(browser, {}, async (page) => {
      await open(page, 'ana-example');
      await assertAccessible(page, 'a chart without orders');
      await draft(page, 'clopidogrel');
      await said(page, 'has something to say');
      const card = page.getByRole('article').filter({ hasText: /clopidogrel/i }).first();
      await card.getByText('What it rests on').click();
      const words = await card.innerText();
      for (const part of [/Critical/, /Poor Metabolizer/i, /CPIC/, /CYP2C19/]) {
        assert.match(words, part);
      }
      assert.ok(!words.includes('\\'), `a mark of Markdown is left: ${words}`);
      await assertAccessible(page, 'a chart with a card');
      await picture(page, 'ehr-card');
      await print(page, 'ehr-card');

      // The order's own form is reached by the keyboard alone.
      await card.getByRole('button', { name: /^Order .+ instead of clopidogrel/ }).first().click();
      const set = page.getByRole('button', { name: 'Set the dose' });
      await set.waitFor();
      assert.ok(!(await page.getByRole('article').count()), 'the card is answered');
      await page.getByRole('button', { name: 'Sign the orders' }).click();
      await page.getByRole('alert').filter({ hasText: 'has no dose yet' }).waitFor();
      await tabTo(page, set);
      const form = page.locator('form').filter({ has: set });
      await form.getByLabel('Dose in mg').fill('10');
      await page.keyboard.press('Enter');
      await said(page, 'dose set');
      await page.getByRole('button', { name: 'Sign the orders' }).click();
      await said(page, /^Signed: .+, 10 mg once daily$/);

      // What was said stands beside it, the token not.
      const exchanges = page.getByRole('region', { name: 'What the two systems said' });
      const feedback = exchanges.locator('details').filter({ hasText: '/feedback' }).first();
      await feedback.locator('summary').click();
      assert.match(await feedback.innerText(), /"outcome": "accepted"/);
      assert.match(await feedback.innerText(), /Authorization: Bearer …/);
      await picture(page, 'ehr-signed');
    });
  });

  story('keeps an order for a reason, and is not asked again', async () => {
    await withPage(browser, { viewport: { width: 400, height: 900 } }, async (page) => {
      await open(page, 'ana-example');
      await draft(page, 'clopidogrel', '300');
      await said(page, 'has something to say');
      const card = page.getByRole('article').filter({ hasText: /clopidogrel/i }).first();
      const reasons = card.getByLabel('Keep the order because');
      const reason = reasons.getByRole('option').nth(1);
      await reasons.selectOption(await reason.getAttribute('value'));
      await card.getByLabel('In your words').fill('bridging until tomorrow');
      await assertAccessible(page, 'a card in a narrow window');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 400, `the page is ${wide} pixels wide`);
      await picture(page, 'ehr-narrow');
      await card.getByRole('button', { name: 'Keep the order' }).click();
      await said(page, 'why is noted');
      await page.getByRole('button', { name: 'Sign the orders' }).click();
      await said(page, /Signed: clopidogrel, 300 mg once daily/);
      await page.reload();
      assert.equal(await page.getByRole('status').count(), 0, 'what was done is told once');
    });
  });

  story('hears of trial options when a chart is opened, in the dark', async () => {
    await withPage(browser, { colorScheme: 'dark' }, async (page) => {
      await open(page, 'lena-demo');
      const card = page.getByRole('article').filter({ hasText: /trial/i }).first();
      await card.waitFor();
      assert.match(await card.innerText(), /For information/);
      await assertAccessible(page, 'trial options in the dark');
      await picture(page, 'ehr-trials');
      await card.getByRole('button', { name: 'Read, put it away' }).click();
      await said(page, 'why is noted');
    });
  });

  story('asks about smoking, and hears what it means for an order', async () => {
    await withPage(browser, {}, async (page) => {
      await open(page, 'petra-prevention');
      const form = page.getByRole('form', { name: 'Lifestyle' });
      await form.getByRole('button', { name: 'File the answers' }).click();
      await page.getByRole('alert').filter({ hasText: 'Nothing was answered' }).waitFor();
      await form.getByLabel('Smoking').selectOption({ label: 'Every day' });
      await form.getByLabel('Asbestos').selectOption({ label: 'Yes' });
      await form.getByRole('button', { name: 'File the answers' }).click();
      await said(page, 'The answers are filed');
      await draft(page, 'theophylline');
      await said(page, 'has something to say');
      const card = page.getByRole('article').filter({ hasText: 'theophylline' });
      await card.getByText('What it rests on').click();
      const words = await card.innerText();
      for (const part of [/Warning/, /smokes/, /Every day/, /said by the patient/, /CYP1A2/]) {
        assert.match(words, part);
      }
      await assertAccessible(page, 'a card about smoking');
      await picture(page, 'ehr-lifestyle');

      await logIn(page);
      await page.goto(`${target.url}/patients/petra-prevention`);
      const risk = page.getByRole('region', { name: 'Risk and exposures' });
      const told = await risk.innerText();
      for (const part of [/Every day/, /Asbestos/, /Shipyard electrician/, /Mother/,
        /breast cancer at 42 years/, /Alcohol\s+Not asked/]) {
        assert.match(told, part);
      }
      await risk.getByRole('img', { name: /figures of the criteria$/ }).waitFor();
      await assertAccessible(page, 'risk and exposures');
      await picture(page, 'risk-and-exposures');
    });
  });

  story('opens the patient page with the patient in hand', async () => {
    await withPage(browser, {}, async (page) => {
      await open(page, 'ben-sample');
      await page.getByRole('button', { name: 'Open the patient in Cognate' }).click();
      await page.getByLabel('Login name').fill(target.login);
      await page.getByLabel('Password').fill(target.password);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByText('Cognate’s patient page').first().waitFor();
      await assertAccessible(page, 'what the patient page asks for');
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'SAMPLE, Ben' }).waitFor();
      assert.equal(new URL(page.url()).pathname, '/patients/ben-sample');
      await picture(page, 'smart-launched');
    });
  });

  story('lists the clinic’s patients', async () => {
    await withPage(browser, {}, async (page) => {
      await page.goto(`${target.url}/demo/ehr`);
      await page.getByRole('heading', { level: 1, name: 'Patients' }).waitFor();
      await assertAccessible(page, 'the list of patients');
      await picture(page, 'ehr-patients');
    });
  });
});
