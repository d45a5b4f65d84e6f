// A laboratory's PDF: what was read from it stands beside its page, people confirm it field by
// field, the gravest findings take two, and a result that it contradicts is held until released.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import {
  assertAccessible, launch, logIn, openPatient, picture, skip, tabTo, target, withPage,
} from '../lib/browser.mjs';
import { appears, mllp, send } from '../lib/mllp.mjs';
import { report } from '../lib/pdf.mjs';

const people = { operator: process.env.COGNATE_OPERATOR, reviewer: process.env.COGNATE_REVIEWER };
const lacking = mllp && Object.values(people).every(Boolean)
  ? false
  : 'COGNATE_OPERATOR, COGNATE_REVIEWER and COGNATE_MLLP are not all set';
const TIMEOUT_MS = 120_000;
const REFUSED = [/status of 422/];
const SECOND = { login: 'rita', password: 'quite another long one' };
const LIST = 'reviews/documents';

if (skip || lacking) console.log(`# the stories of documents are skipped: ${skip || lacking}`);

describe('documents', { skip: skip || lacking, timeout: TIMEOUT_MS * 4 }, () => {
  let browser;
  let address;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  /** The part of the page about a gene's finding. */
  const finding = (page, gene) => page.locator('section.card', {
    has: page.locator(`input[name="gene"][value="${gene}"]`),
  });
  const button = (page, gene, name) => finding(page, gene).getByRole('button', { name });
  /** Waits until a part of a page is drawn; parts that are out of view are drawn when they come. */
  const drawn = async (crop) => {
    await crop.scrollIntoViewIfNeeded();
    const image = await crop.elementHandle();
    await image.evaluate((element) => element.decode());
    assert.ok(await image.evaluate((element) => element.naturalWidth > 0));
  };
  before(async () => {
    browser = await launch();
    const petra = { name: 'Petra Prevention', born: '1979-05-17', number: '100010' };
    const document = report(petra, [
      'CYP2C19 *1/*1 Normal Metabolizer',
      'CYP2C9 *3/*3 Poor Metabolizer',
      'CYP2B6 *1/*1 Normal Metabolizer',
    ]);
    const file = new URL('../../demo/messages/oru-pgx-ana.hl7', import.meta.url);
    const message = (await readFile(file, 'utf8'))
      .replace(/\r?\n/g, '\r')
      .replace('NSML-20260112-0117', 'E2E-PDF-1')
      .replace('100001^', '100010^')
      .replace('EXAMPLE^Ana', 'PREVENTION^Petra')
      .replace('19610402', '19790517')
      .replaceAll('NS26-000117', 'NS26-E2E-PDF')
      .replaceAll('PL-48810', 'PL-E2E-PDF');
    const attached = `\rOBX|90|ED|51969-4^Genetic analysis report^LN||NSML^Application^PDF^Base64^${
      document.toString('base64')}||||||F\rSPM|`;
    const whole = message.replace('\rSPM|', attached);
    assert.match(await send(whole), /MSA\|AA\|E2E-PDF-1/);
  });
  after(async () => { await browser?.close(); });

  story('a reviewer finds what a document says beside its page, and what contradicts it',
    async () => {
      await withPage(browser, { expected: REFUSED }, async (page) => {
        await logIn(page, target.password, people.reviewer);
        const item = page.locator('article', { hasText: 'CYP2C19 *1/*1' });
        await appears(page, `${target.url}/${LIST}`, item);
        assert.match(await item.innerText(), /CYP2C19 \*2\/\*2/);
        await assertAccessible(page, 'documents');
        await picture(page, 'documents');
        await item.getByRole('link').first().click();
        await page.getByRole('heading', { name: 'Another genotype' }).waitFor();
        address = page.url();
        // The part of the page that a field was read from, drawn by the server.
        await drawn(finding(page, 'CYP2C9').locator('img').first());
        await assertAccessible(page, 'a document');
        await picture(page, 'document');

        // By keyboard alone: what is plain is confirmed by one person.
        await tabTo(page, button(page, 'CYP2B6', 'Confirm'), 80);
        await page.keyboard.press('Enter');
        await finding(page, 'CYP2B6').getByText(`Confirmed by account:${people.reviewer}`).waitFor();
        await button(page, 'CYP2C9', 'Confirm').click();
        await finding(page, 'CYP2C9').getByText('a second person has to confirm it').waitFor();
        await button(page, 'CYP2C9', 'Confirm').click();
        await page.getByRole('alert').getByText('somebody else has to confirm it').waitFor();
        assert.equal(await page.getByRole('button', { name: 'File' }).count(), 0);
        await button(page, 'CYP2C19', 'Reject').click();
        await finding(page, 'CYP2C19').getByText('Rejected by').waitFor();
      });
    });

  story('a result that the document contradicts is released with a reason', async () => {
    await withPage(browser, {}, async (page) => {
      await logIn(page, target.password, people.reviewer);
      await page.goto(address);
      const held = page.getByRole('region', { name: 'Another genotype' });
      await held.getByText('The result is held').waitFor();
      await held.getByLabel('Why').fill('the sequence shows the document’s');
      await held.getByRole('button', { name: 'The document is right' }).click();
      await held.getByText('the laboratory has to correct it: the sequence').waitFor();
      await tabTo(page, held.getByLabel('Why'), 40);
      await page.keyboard.type('the document was of another specimen');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await held.getByText(`Released by account:${people.reviewer}: the document was of`).waitFor();
      await assertAccessible(page, 'a document whose result was released');
      await picture(page, 'document-released');
    });
  });

  story('a second person confirms the grave finding, and all is filed', async () => {
    await withPage(browser, {}, async (page) => {
      await logIn(page, target.password, people.operator);
      await page.getByText('A new account').click();
      await page.getByLabel('Log-in name').fill(SECOND.login);
      await page.getByLabel('Name shown on pages').fill('Rita Reviewer');
      await page.getByLabel('Role').selectOption('laboratory-reviewer');
      await page.getByLabel('First password').fill(SECOND.password);
      await page.getByRole('button', { name: 'Make the account' }).click();
      await page.getByRole('row', { name: /rita/ }).waitFor();
    });
    await withPage(browser, {}, async (page) => {
      await logIn(page, SECOND.password, SECOND.login);
      await page.goto(address);
      await button(page, 'CYP2C9', 'Confirm').click();
      const both = `Confirmed by account:${people.reviewer} and account:${SECOND.login}`;
      await finding(page, 'CYP2C9').getByText(both).waitFor();
      await page.getByLabel('Whose genome was tested').selectOption('germline');
      await page.getByLabel('Day on which the laboratory signed').fill('2026-01-12');
      await assertAccessible(page, 'a document that is decided');
      await page.getByRole('button', { name: 'File what was confirmed' }).click();
      await page.waitForLoadState();
      assert.equal(await page.getByRole('button', { name: 'Confirm' }).count(), 0);
      await page.goto(`${target.url}/${LIST}`);
      assert.equal(await page.locator(`a[href="${new URL(address).pathname}"]`).count(), 0);
    });
    await withPage(browser, {}, async (page) => {
      await openPatient(page, 'PREVENTION, Petra');
      await page.getByText('*3/*3').first().waitFor();
    });
  });

  story('a document is readable narrow and in the dark', async () => {
    for (const [name, settings] of [
      ['narrow', { viewport: { width: 320, height: 800 } }],
      ['dark', { colorScheme: 'dark' }],
    ]) {
      await withPage(browser, settings, async (page) => {
        await logIn(page, target.password, people.reviewer);
        await page.goto(address);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        assert.ok(!wide, `${name}: it scrolls sideways`);
        for (const crop of await page.locator('.read-field img').all()) await drawn(crop);
        await assertAccessible(page, `a document, ${name}`);
        await picture(page, `document-${name}`);
      });
    }
  });
});
