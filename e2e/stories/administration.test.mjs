// What an operator looks after, and the policies: read at a glance, changed with a fresh proof.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  assertAccessible, launch, logIn, picture, skip, tabTo, target, withPage,
} from '../lib/browser.mjs';

const people = { operator: process.env.COGNATE_OPERATOR, officer: process.env.COGNATE_OFFICER };
const lacking = Object.values(people).every(Boolean)
  ? false
  : 'COGNATE_OPERATOR and COGNATE_OFFICER are not both set';
const TIMEOUT_MS = 120_000;
const REFUSED = [/status of (400|401|403|404|409|422)/];
/** Nothing else would be permitted: what is proposed is looked at here, and never adopted. */
const PROPOSED = `@id("operator-only")
permit (
  principal in Cognate::Role::"operator",
  action == Cognate::Action::"read-accounts",
  resource
)
when { context.purpose == "operations" };
`;

if (skip || lacking) {
  console.log(`# the stories of administration are skipped: ${skip || lacking}`);
}

describe('administration', { skip: skip || lacking, timeout: TIMEOUT_MS * 3 }, () => {
  let browser;
  const story = (name, run) => test(name, { timeout: TIMEOUT_MS }, run);
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  story('an operator makes an account, disables it, and cannot lock out the last operator',
    async () => {
      await withPage(browser, { expected: REFUSED }, async (page) => {
        await logIn(page, target.password, people.operator);
        await page.getByRole('heading', { level: 1, name: 'Administration' }).waitFor();
        await assertAccessible(page, 'administration');
        await picture(page, 'administration');
        await page.getByText('A new account').click();
        await page.getByLabel('Log-in name').fill('nora');
        await page.getByLabel('Name shown on pages').fill('Nora <b>Nurse</b>');
        await page.getByLabel('Role').selectOption('pharmacist');
        await page.getByLabel('First password').fill('correct horse battery');
        await page.getByRole('button', { name: 'Make the account' }).click();
        const row = page.getByRole('row', { name: /nora/ });
        assert.match(await row.innerText(), /Nora <b>Nurse<\/b>[^]*Enabled/);
        await row.getByRole('button', { name: 'Disable nora' }).click();
        await page.getByRole('button', { name: 'Enable nora' }).waitFor();
        await page.getByRole('button', { name: `Disable ${people.operator}` }).click();
        assert.match(await page.getByRole('alert').innerText(), /last operator/);
        await assertAccessible(page, 'administration, refused');
        await page.goto(`${target.url}/administration`);
        await tabTo(page, page.getByRole('button', { name: 'Enable nora' }), 90);
        await page.getByRole('button', { name: 'Log out' }).click();
        await logIn(page, 'correct horse battery', 'nora');
        assert.match(await page.getByRole('alert').innerText(), /\w+/);
      });
    });

  story('a new token of a service is shown once', async () => {
    const dark = { colorScheme: 'dark', expected: REFUSED };
    await withPage(browser, dark, async (page) => {
      await logIn(page, target.password, people.operator);
      await page.getByRole('button', { name: 'New token: demo-orders' }).waitFor();
      await picture(page, 'administration-dark');
      await assertAccessible(page, 'administration, dark');
    });
    const narrow = { viewport: { width: 320, height: 800 }, javaScriptEnabled: false };
    await withPage(browser, { ...narrow, expected: REFUSED }, async (page) => {
      await logIn(page, target.password, people.operator);
      await page.getByRole('heading', { level: 1, name: 'Administration' }).waitFor();
      await picture(page, 'administration-narrow');
    });
  });

  story('a privacy officer reads the policies, and what a proposal would change', async () => {
    await withPage(browser, { expected: REFUSED }, async (page) => {
      await logIn(page, target.password, people.officer);
      await page.getByRole('link', { name: 'Policies' }).click();
      await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
      await assertAccessible(page, 'policies');
      await picture(page, 'policies');
      await page.getByText('Propose other policies').click();
      const text = page.getByLabel('The whole text');
      await text.fill('permit (everything);');
      await page.getByRole('button', { name: 'Propose them' }).click();
      assert.match(await page.getByRole('alert').innerText(), /\w+/);
      await page.getByText('Propose other policies').click();
      await text.fill(PROPOSED);
      await page.getByRole('button', { name: 'Propose them' }).click();
      await page.getByRole('heading', { level: 1, name: 'Proposed policies' }).waitFor();
      assert.match(await page.locator('main').innerText(), /operator-only – new/);
      assert.match(await page.locator('main').innerText(), /somebody else puts it into use/);
      await page.getByRole('link', { name: /questions of the last week/ }).click();
      await page.getByText(/events of the last 7 days/).waitFor();
      await assertAccessible(page, 'proposed policies');
      await picture(page, 'policies-proposed');
    });
  });
});
