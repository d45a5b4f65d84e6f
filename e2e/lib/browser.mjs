// A browser whose pages fail their story on any console message, failed request or request abroad.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const ARTIFACTS = fileURLToPath(new URL('../artifacts/', import.meta.url));
const WAIT_MS_MAX = 15_000;

/** What the server under test is and whom to log in as; all from the environment. */
export const target = {
  url: process.env.COGNATE_URL?.replace(/\/+$/, ''),
  login: process.env.COGNATE_LOGIN,
  password: process.env.COGNATE_PASSWORD,
};

/** Why the stories cannot run, or `false`: the value that `node:test` takes as `skip`. */
export const skip = Object.values(target).every(Boolean)
  ? false
  : 'COGNATE_URL, COGNATE_LOGIN and COGNATE_PASSWORD must name a running server with the demonstration';

/** Starts Chromium without anything that talks to the outside. */
export async function launch() {
  await mkdir(ARTIFACTS, { recursive: true });
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Opens a page in a fresh session and hands it to `story`; then fails on anything that went wrong
 * behind the story's back. `expected` are console messages that belong to the story.
 */
export async function withPage(browser, options, story) {
  const { expected = [], ...settings } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...settings });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => {
    const text = message.text();
    const counts = ['error', 'warning'].includes(message.type());
    if (counts && !expected.some((pattern) => pattern.test(text))) wrong.push(text);
  });
  page.on('pageerror', (error) => wrong.push(`error in the page: ${error}`));
  page.on('requestfailed', (request) => {
    // What a page still loads is broken off by going elsewhere; that is no fault of the server.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return;
    wrong.push(`no answer: ${request.url()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(target.url).origin) {
      wrong.push(`request abroad: ${request.url()}`);
    }
  });
  try {
    await story(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/** Logs in with the login page's own form. */
export async function logIn(page, password = target.password, login = target.login) {
  await page.goto(`${target.url}/login`);
  await page.getByLabel('Login name').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Logs in, finds the patient in the list and opens the page. */
export async function openPatient(page, name) {
  await logIn(page);
  await page.getByRole('searchbox', { name: 'Name or MRN' }).fill(name.split(',')[0]);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

/** Saves a picture of the whole page, to be looked at; or of what is in view. */
export async function picture(page, name, { fullPage = true } = {}) {
  await page.screenshot({ path: `${ARTIFACTS}${name}.png`, fullPage });
}

/** Saves the page as printed and gives the file. */
export async function print(page, name) {
  const path = `${ARTIFACTS}${name}.pdf`;
  await page.pdf({ path, preferCSSPageSize: true, format: 'A4' });
  return path;
}

/** Fails on any violation of WCAG 2.2 AA or of axe's best practices. */
export async function assertAccessible(page, where) {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate((tags) => globalThis.axe.run(document, {
    runOnly: { type: 'tag', values: tags },
    resultTypes: ['violations', 'passes'],
  }), ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
  const told = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
  }));
  assert.deepEqual(told, [], where);
  assert.ok(passes.length > 10, `${where}: axe found almost nothing to check`);
}

/** Presses Tab until the focus is on `goal`; each stop on the way must be seen. */
export async function tabTo(page, goal, stops_max = 60) {
  for (let stop = 0; stop < stops_max; stop += 1) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(focusState);
    assert.equal(seen.problem, null, `${seen.element}: ${seen.problem}`);
    if (await goal.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`${goal} is not reached by ${stops_max} presses of Tab`);
}

/** Runs in the page: whether the focused element shows its focus and is covered by nothing. */
function focusState() {
  const element = document.activeElement;
  if (element === document.body || element === null) return { element: 'body', problem: null };
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const covered = at !== null && at !== element && !element.contains(at) && !at.contains(element);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  let problem = null;
  if (covered) problem = `the focus is covered by ${at.outerHTML.slice(0, 80)}`;
  else if (at === null) problem = 'the focus is out of view';
  else if (!outlined && element.tagName !== 'MAIN') problem = 'the focus cannot be seen';
  return { element: element.outerHTML.slice(0, 80), problem };
}
