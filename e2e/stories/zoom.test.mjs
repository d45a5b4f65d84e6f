// Pages at 400 % zoom (WCAG 1.4.10: 320 px wide), and on paper: nothing is cut, nothing scrolls
// sideways but the pictures, which do so in a frame of their own that the keyboard reaches.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  assertAccessible, launch, logIn, picture, print, skip, target, withPage,
} from '../lib/browser.mjs';

const TIMEOUT_MS = 240_000;
/** 1280 by 1024 at 400 %. */
const ZOOMED = { viewport: { width: 320, height: 256 } };

/** Addresses by who may see them. */
const OF_PRESCRIBER = [
  '/patients', '/patients/ana-example', '/patients/lena-demo', '/patients/petra-prevention',
  '/patients/lena-demo/trials', '/patients/lena-demo/board', '/patients/lena-demo/summary',
  '/patients/ana-example/pgx-report', '/patients/ana-example/summary', '/patients/petra-prevention/lifestyle',
  '/patients/ana-example/locus', '/patients/ana-example/access',
  '/patients/ana-example/emergency', '/trials',
  '/trials/DEMO-EGFR-1', '/cards', '/knowledge', '/knowledge/versions', '/knowledge/genes/CYP2C19',
  '/knowledge/drugs/32968', '/knowledge/genes/CYP2C19/alleles/*2', '/knowledge/variants/rs4244285',
  '/account', '/account/passkeys', '/step-up', '/api', '/nothing-here',
];
const OF_REVIEWER = ['/reviews'];
const OF_OFFICER = [
  '/privacy', '/privacy/findings', '/privacy/releases', '/privacy/erasure', '/emergencies',
];

if (skip) console.log(`# the stories of zoom are skipped: ${skip}`);

/** Runs in the page: what reaches beyond its right edge, unless it scrolls in a frame of its own. */
function beyondTheEdge() {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { overflowX, clipPath, position } = getComputedStyle(at);
      if (['auto', 'scroll'].includes(overflowX)) return true;
      if (position === 'absolute' && clipPath !== 'none') return true;
    }
    return false;
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > width + 1 && !scrolls(element)) {
      found.push(`${element.outerHTML.slice(0, 100)} ends at ${Math.round(box.right)} px`);
    }
    // Text that its own box cuts off.
    const style = getComputedStyle(element);
    const cuts = ['hidden', 'clip'].includes(style.overflowX) && !scrolls(element);
    if (cuts && element.scrollWidth > element.clientWidth + 1) {
      found.push(`${element.outerHTML.slice(0, 100)} is cut`);
    }
  }
  return found.slice(0, 5);
}

/** Runs in the page: frames that scroll and that the keyboard does not reach. */
function unreachable() {
  const frames = [...document.querySelectorAll('.chart')];
  return frames.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.tabIndex < 0).length;
}

describe('pages at 400 % zoom', { skip, timeout: TIMEOUT_MS * 3 }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  const walk = async (login, addresses) => {
    // A page that is not there says so in the console, too.
    const options = { ...ZOOMED, expected: [/404|403/] };
    await withPage(browser, options, async (page) => {
      await logIn(page, target.password, login);
      await page.waitForURL((url) => !url.pathname.startsWith('/login'));
      for (const address of addresses) {
        await page.goto(`${target.url}${address}`);
        for (const fold of await page.locator('details:not([open]) > summary').all()) {
          if (await fold.isVisible()) await fold.click();
        }
        const width_px = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width_px <= 320, `${address} is ${width_px} px wide`);
        assert.deepEqual(await page.evaluate(beyondTheEdge), [], address);
        assert.equal(await page.evaluate(unreachable), 0, address);
        await assertAccessible(page, address);
        await picture(page, `zoom${address.replaceAll(/[^\w-]+/g, '-')}`);
      }
    });
  };

  test('those of a prescriber', { timeout: TIMEOUT_MS }, () => walk(target.login, OF_PRESCRIBER));
  test('those of a reviewer', { timeout: TIMEOUT_MS }, () => (
    walk(process.env.COGNATE_REVIEWER, OF_REVIEWER)));
  test('those of a privacy officer', { timeout: TIMEOUT_MS }, () => (
    walk(process.env.COGNATE_OFFICER, OF_OFFICER)));

  test('the pictures and the form on paper', { timeout: TIMEOUT_MS }, async () => {
    await withPage(browser, {}, async (page) => {
      await logIn(page);
      await page.waitForURL(/patients/);
      for (const address of ['/patients/lena-demo/trials', '/patients/petra-prevention/lifestyle']) {
        await page.goto(`${target.url}${address}`);
        await assertAccessible(page, address);
        await print(page, `paper${address.replaceAll('/', '-')}`);
      }
    });
  });
});
