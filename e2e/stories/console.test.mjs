// Who looks after feeds and results: a message with a code that nobody mapped is seen, mapped, read
// again and gone; what is held is walked through by keys; a clinician sees its message.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import {
  assertAccessible, launch, logIn, openPatient, picture, skip, target, withPage,
} from '../lib/browser.mjs';
import { appears, mllp, send } from '../lib/mllp.mjs';

const analyst = process.env.COGNATE_ANALYST;
const reviewer = process.env.COGNATE_REVIEWER;
const lacking = analyst && reviewer && mllp
  ? false
  : 'COGNATE_ANALYST, COGNATE_REVIEWER and COGNATE_MLLP are not all set';
const TIMEOUT_MS = 120_000;

if (skip || lacking) console.log(`# the stories of the console are skipped: ${skip || lacking}`);

describe('console', { skip: skip || lacking, timeout: TIMEOUT_MS * 4 }, () => {
  let browser;
  let message;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  before(async () => {
    browser = await launch();
    const file = new URL('../../demo/messages/oru-pgx-ana.hl7', import.meta.url);
    // Petra's, who has no result of a laboratory: what the stories file is in no other's way.
    message = (await readFile(file, 'utf8'))
      .replace(/\r?\n/g, '\r')
      .replace('100001^', '100010^')
      .replace('EXAMPLE^Ana', 'PREVENTION^Petra')
      .replace('19610402', '19790517')
      .replaceAll('NS26-000117', 'NS26-E2E-1')
      .replaceAll('PL-48810', 'PL-E2E-1');
  });
  after(async () => { await browser?.close(); });

  story('a code that nobody mapped is mapped, and its message is read again', async () => {
    const local = message
      .replace('NSML-20260112-0117', 'E2E-LOCAL-1')
      .replace(/84413-4\^([^|]*)\^LN\|/g, 'GT^$1^NORTH|');
    assert.match(local, /GT\^/);
    assert.match(await send(local), /MSA\|AA\|E2E-LOCAL-1/);
    await withPage(browser, {}, async (page) => {
      await logIn(page, target.password, analyst);
      await page.getByRole('heading', { level: 1, name: 'Console' }).waitFor();
      await assertAccessible(page, 'console');
      await picture(page, 'console');
      await page.getByRole('link', { name: 'northside' }).click();
      await page.getByRole('heading', { name: 'Profile in force' }).waitFor();
      await assertAccessible(page, 'a feed');
      await picture(page, 'console-feed');

      const item = page.locator('article', { hasText: 'code `GT` of `NORTH`' });
      await appears(page, `${target.url}/console/errors`, item);
      await assertAccessible(page, 'error queue');
      await picture(page, 'error-queue');
      await item.getByLabel('Map GT of NORTH to LOINC').fill('84413-4');
      await item.getByRole('button', { name: 'Map and read again' }).click();
      await page.getByRole('status').getByText('The code is mapped.').waitFor();
      assert.equal(await item.count(), 0);

      await page.goto(`${target.url}/console/messages?control=E2E-LOCAL-1`);
      await assertAccessible(page, 'messages');
      await picture(page, 'messages');
      await page.getByRole('link', { name: 'E2E-LOCAL-1' }).click();
      await page.getByRole('heading', { level: 1, name: 'Message E2E-LOCAL-1' }).waitFor();
      await page.locator('.found li', { hasText: '*2/*2' }).first().waitFor();
      await assertAccessible(page, 'a message');
      // From a line to what it comes to, and back.
      await page.locator('.raw li.is-read a.read').first().click();
      assert.match(page.url(), /#fact-\d+$/);
      await page.locator('.found li:target a').click();
      assert.match(page.url(), /#line-\w+$/);
      await page.locator('.raw li:target').waitFor();
      await picture(page, 'message');
    });
  });

  story('what is held is walked through by keys, which can be turned off', async () => {
    const nobody = (id) => message
      .replace('NSML-20260112-0117', id)
      .replace('100010^', '999999^');
    for (const id of ['E2E-NOBODY-1', 'E2E-NOBODY-2']) {
      assert.match(await send(nobody(id)), new RegExp(`MSA\\|AA\\|${id}`));
    }
    await withPage(browser, {}, async (page) => {
      await logIn(page, target.password, reviewer);
      const items = page.locator('.queue article');
      await appears(page, `${target.url}/inbox`, items.nth(1));
      await assertAccessible(page, 'inbox');
      await picture(page, 'inbox');
      const focused = async () => page.evaluate(
        () => [...document.querySelectorAll('.queue article')].indexOf(document.activeElement),
      );
      await page.keyboard.press('j');
      assert.equal(await focused(), 0);
      await page.keyboard.press('j');
      assert.equal(await focused(), 1);
      await page.keyboard.press('k');
      assert.equal(await focused(), 0);
      await page.keyboard.press('a');
      await page.getByRole('status').getByText('It is yours now.').waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('r');
      await page.getByRole('status').getByText('still held').waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'What became of it' }).waitFor();
      await page.goto(`${target.url}/inbox`);
      await page.getByRole('link', { name: 'Turn keys off' }).click();
      await page.keyboard.press('j');
      assert.equal(await focused(), -1);
      // Without keys everything is still a form.
      const first = items.first();
      await first.getByText('More', { exact: true }).click();
      await first.getByLabel('Put aside, because').fill('nobody of ours, the laboratory knows');
      await first.getByRole('button', { name: 'Put aside' }).click();
      await page.getByRole('status').getByText('It was put aside').waitFor();
    });
  });

  story('the error queue is readable narrow and in the dark', async () => {
    for (const [name, settings] of [
      ['narrow', { viewport: { width: 320, height: 800 } }],
      ['dark', { colorScheme: 'dark' }],
    ]) {
      await withPage(browser, settings, async (page) => {
        await logIn(page, target.password, analyst);
        for (const path of ['console', 'console/errors', 'console/messages']) {
          await page.goto(`${target.url}/${path}`);
          const wide = await page.evaluate(
            () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
          );
          assert.ok(!wide, `${path}, ${name}: it scrolls sideways`);
          await assertAccessible(page, `${path}, ${name}`);
          await picture(page, `${path.replace('/', '-')}-${name}`);
        }
        await page.goto(`${target.url}/console/messages`);
        await page.locator('tbody th a').first().click();
        await assertAccessible(page, `a message, ${name}`);
        await picture(page, `message-${name}`);
      });
    }
  });

  story('a replay is shown, and a file is tried, and nothing changes', async () => {
    await withPage(browser, {}, async (page) => {
      await logIn(page, target.password, analyst);
      await page.goto(`${target.url}/console/replay`);
      await page.getByLabel('Feed').selectOption('northside');
      await page.getByLabel('From day, or place in the order of arrival').fill('1');
      await page.getByRole('button', { name: 'Show what would change' }).click();
      await page.getByRole('status').getByText('looked at').waitFor();
      await assertAccessible(page, 'replay');
      await picture(page, 'replay');
      await page.goto(`${target.url}/console/try`);
      await page.getByLabel('Feed').selectOption('northside');
      await page.getByLabel(/^File/).setInputFiles({
        name: 'a.hl7', mimeType: 'text/plain', buffer: Buffer.from(message),
      });
      await page.getByRole('button', { name: 'Try it' }).click();
      await page.getByText('*2/*2').first().waitFor();
      await assertAccessible(page, 'trying a file');
      await picture(page, 'try-file');
    });
  });

  story('a clinician sees the message that a result came from', async () => {
    await withPage(browser, {}, async (page) => {
      await openPatient(page, 'EXAMPLE, Ana');
      const link = page.getByRole('link', { name: 'As it came, beside what was read' }).first();
      await link.click();
      await page.getByRole('heading', { name: 'What it comes to' }).waitFor();
      await page.locator('.patient-banner', { hasText: 'EXAMPLE, Ana' }).waitFor();
      await assertAccessible(page, 'source of a result');
      await picture(page, 'source');
    });
  });
});
