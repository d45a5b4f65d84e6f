// A prescriber looks up what a patient's genes mean for a drug.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  assertAccessible, launch, logIn, openPatient, picture, print, skip, tabTo, target, withPage,
} from '../lib/browser.mjs';

const PATIENT = 'EXAMPLE, Ana';
/** Takes codeine with paroxetine. */
const CONVERTED = 'TESTER, Carla';
const TIMEOUT_MS = 120_000;

if (skip) console.log(`# the prescriber's stories are skipped: ${skip}`);

describe('a prescriber', { skip, timeout: TIMEOUT_MS * 8 }, () => {
  let browser;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  story('is told when the password is wrong', async () => {
    const refused = [/status of (400|401|403|422)/];
    await withPage(browser, { expected: refused }, async (page) => {
      await logIn(page, 'not the password');
      const alert = page.getByRole('alert');
      await alert.waitFor();
      assert.match(await alert.innerText(), /\w+ \w+/);
      assert.equal(await page.getByLabel('Password').inputValue(), '');
      await assertAccessible(page, 'login with an error');
      await picture(page, 'login-error');
      await page.goto(`${target.url}/patients`);
      await page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor();
    });
  });

  story('asks about a drug and opens why', async () => {
    await withPage(browser, {}, async (page) => {
      await openPatient(page, PATIENT);
      await page.getByRole('heading', { name: 'Needs action' }).waitFor();
      await page.getByRole('heading', { name: 'Medicines and genes' }).waitFor();
      await page.getByRole('searchbox', { name: 'What about drug' }).fill('clopidogrel');
      await page.getByRole('button', { name: 'Show the drug' }).click();

      const answer = page.getByRole('table', { name: /What about “clopidogrel”/ });
      const row = answer.getByRole('row').filter({ has: page.getByRole('rowheader') });
      const text = await row.innerText();
      assert.match(text, /Avoid/);
      assert.match(text, /clopidogrel/);
      assert.match(text, /CYP2C19 \*2\/\*2/);
      assert.match(text, /CPIC/);
      assert.equal(await row.locator('svg').count(), 1, 'the state has a drawn shape');

      await answer.getByText('Why', { exact: false }).first().click();
      const why = await answer.locator('details[open]').innerText();
      for (const part of [/Knowledge pack\s+pgx \d+\.\d+\.\d+/, /cognate explain \S+/,
        /sha256 [0-9a-f]{12}/, /Engine\s+pgx/, /Gaps/]) {
        assert.match(why, part);
      }
      await picture(page, 'patient-why');

      await answer.getByRole('link', { name: 'Open as a page' }).click();
      await page.getByRole('heading', { level: 1, name: 'clopidogrel' }).waitFor();
      assert.match(await page.locator('main').innerText(), /sha256 [0-9a-f]{64}/);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor();
    });
  });

  story('is never told that an unknown drug is standard', async () => {
    await withPage(browser, {}, async (page) => {
      await openPatient(page, PATIENT);
      await page.getByRole('searchbox', { name: 'What about drug' }).fill('no-such-drug');
      await page.keyboard.press('Enter');
      const answer = page.getByText('“no-such-drug” is neither', { exact: false });
      assert.match(await answer.innerText(), /^\s*Not known/);
    });
  });

  story('sees what a medicine makes of a result, beside the result', async () => {
    for (const [name, options] of [
      ['light', { colorScheme: 'light' }],
      ['dark', { colorScheme: 'dark' }],
      ['360', { viewport: { width: 360, height: 740 } }],
    ]) {
      await withPage(browser, options, async (page) => {
        await openPatient(page, CONVERTED);
        const current = page.getByRole('table', { name: 'Current medicines' });
        const row = current.getByRole('row').filter({ hasText: 'codeine' }).first();
        const text = await row.innerText();
        for (const part of [/CYP2D6 \*1\/\*1\s+Normal Metabolizer/, /by genotype: Standard/,
          /With paroxetine since 03-Nov-2025\s+Poor Metabolizer/, /By genotype alone: Standard/]) {
          assert.match(text, part);
        }
        const width_px = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width_px <= (options.viewport?.width ?? 1280), `${width_px} px wide`);
        await picture(page, `medicines-${name}`);
        await row.locator('xpath=following-sibling::tr').getByText('Why').first().click();
        const why = await current.locator('details[open]').first().innerText();
        assert.match(why, /paroxetine since 03-Nov-2025: strong inhibitor/);
        await assertAccessible(page, `medicines, ${name}`);
        await picture(page, `medicines-${name}-why`);
        if (name === 'light') await print(page, 'medicines');
      });
    }
  });

  for (const colorScheme of ['light', 'dark']) {
    story(`meets no barrier on any page (${colorScheme})`, async () => {
      await withPage(browser, { colorScheme }, async (page) => {
        const check = async (name) => {
          await assertAccessible(page, `${name}, ${colorScheme}`);
          await picture(page, `${name}-${colorScheme}`);
        };
        const response = await page.goto(`${target.url}/login`);
        assert.match(response.headers()['content-security-policy'] ?? '', /default-src 'none'/);
        await check('login');
        await openPatient(page, PATIENT);
        await check('patient');
        for (const details of await page.locator('details').all()) {
          await details.evaluate((element) => { element.open = true; });
        }
        // The whole of it is far too long for a picture.
        await assertAccessible(page, `patient-open, ${colorScheme}`);
        await picture(page, `patient-open-${colorScheme}`, { fullPage: false });
        await page.goto(`${target.url}/patients`);
        await check('patients');
        await page.goBack();
        await page.locator('summary', { hasText: 'Why' }).first().click();
        await page.getByRole('link', { name: 'Open as a page' }).first().click();
        await page.getByRole('heading', { name: 'How it was made' }).waitFor();
        await check('explain');
      });
    });
  }

  story('reads the page at 320 px and on paper', async () => {
    await withPage(browser, { viewport: { width: 320, height: 640 } }, async (page) => {
      await openPatient(page, PATIENT);
      const width_px = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width_px <= 320, `the page is ${width_px} px wide`);
      await picture(page, 'patient-320');
      const file = await print(page, 'patient');
      const pages = (await pdfText(file)).split('\f').filter((text) => text.trim());
      for (const [index, text] of pages.entries()) {
        assert.ok(text.includes(PATIENT), `page ${index + 1} does not name the patient`);
        assert.ok(text.includes(`Page ${index + 1} of ${pages.length}`));
      }
    });
  });

  story('reads the report at 320 px, in both themes and on paper', async () => {
    await withPage(browser, {}, async (page) => {
      await openPatient(page, PATIENT);
      await page.getByRole('link', { name: 'Pharmacogenomic report', exact: true }).click();
      await page.getByRole('heading', { name: 'Current medicines' }).waitFor();
      const footer = await page.getByRole('contentinfo').innerText();
      assert.match(footer, /Pack pgx \d+\.\d+\.\d+ .*engine pgx/s);
      const pack = footer.match(/Pack pgx \S+/)[0];
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await assertAccessible(page, `report, ${colorScheme}`);
        await picture(page, `report-${colorScheme}`);
      }
      const file = await print(page, 'report');
      const pages = (await pdfText(file)).split('\f').filter((text) => text.trim());
      for (const [index, text] of pages.entries()) {
        for (const said of [PATIENT, pack, `Page ${index + 1} of ${pages.length}`]) {
          assert.ok(text.includes(said), `page ${index + 1} does not say ${said}`);
        }
      }
      await page.setViewportSize({ width: 320, height: 640 });
      const width_px = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width_px <= 320, `the report is ${width_px} px wide`);
      await picture(page, 'report-320');
    });
  });

  story('needs no mouse', async () => {
    await withPage(browser, {}, async (page) => {
      await page.goto(`${target.url}/login`);
      await tabTo(page, page.getByLabel('Login name'));
      await page.keyboard.type(target.login);
      await tabTo(page, page.getByLabel('Password'));
      await page.keyboard.type(target.password);
      await page.keyboard.press('Enter');
      const link = page.getByRole('link', { name: PATIENT, exact: true });
      await link.waitFor();
      await tabTo(page, link);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: PATIENT, exact: true }).waitFor();

      await tabTo(page, page.getByRole('link', { name: 'Skip to the content' }));
      await page.keyboard.press('Enter');
      const summary = page.locator('summary', { hasText: 'Why' }).first();
      await tabTo(page, summary);
      await page.keyboard.press('Enter');
      const opened = page.locator('details[open]').first();
      assert.match(await opened.innerText(), /cognate explain/);
      await tabTo(page, opened.getByRole('link', { name: 'Open as a page' }));
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'How it was made' }).waitFor();
    });
  });

  story('needs no script', async () => {
    await withPage(browser, { javaScriptEnabled: false }, async (page) => {
      await openPatient(page, PATIENT);
      await page.getByRole('searchbox', { name: 'What about drug' }).fill('clopidogrel');
      await page.keyboard.press('Enter');
      const answer = page.getByRole('table', { name: /What about “clopidogrel”/ });
      assert.match(await answer.innerText(), /Avoid/);
    });
  });
});

async function pdfText(file) {
  const { stdout } = await promisify(execFile)('pdftotext', ['-layout', file, '-']);
  return stdout;
}
