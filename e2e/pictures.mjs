// Makes the pictures of the README from a running server with a fresh demonstration:
// COGNATE_URL=… COGNATE_LOGIN=… COGNATE_PASSWORD=… COGNATE_ANALYST=… COGNATE_MLLP=… node e2e/pictures.mjs
// They are made smaller where pngquant is installed.

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, logIn, openPatient, target, withPage } from './lib/browser.mjs';
import { appears, send } from './lib/mllp.mjs';

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const WIDTH = 1280;

/** Saves what is in view, as high as is asked for. */
async function save(page, name, height) {
  await page.setViewportSize({ width: WIDTH, height });
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  const path = `${IMAGES}${name}.png`;
  await page.screenshot({ path });
  spawnSync('pngquant', ['--force', '--skip-if-larger', '--output', path, '128', path]);
}

const browser = await launch();
try {
  await withPage(browser, {}, async (page) => {
    await openPatient(page, 'EXAMPLE, Ana');
    await save(page, 'patient', 860);
  });
  await withPage(browser, {}, async (page) => {
    await page.goto(`${target.url}/demo/ehr`);
    await page.getByRole('link', { name: 'ana-example', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'EXAMPLE, Ana' }).waitFor();
    const form = page.getByRole('form', { name: 'New order' });
    const option = form.getByRole('option', { name: /^clopidogrel,/ });
    await form.getByLabel('Drug').selectOption(await option.getAttribute('value'));
    await form.getByRole('button', { name: 'Draft the order' }).click();
    await page.getByText('avoid clopidogrel').first().waitFor();
    await save(page, 'card', 910);
  });
  await withPage(browser, {}, async (page) => {
    await logIn(page, target.password, process.env.COGNATE_ANALYST);
    await page.getByRole('link', { name: 'Console' }).click();
    await page.getByRole('heading', { level: 1, name: 'Console' }).waitFor();
    // Somebody of that number was born on another day: it waits for a person.
    const file = new URL('../demo/messages/oru-pgx-ana.hl7', import.meta.url);
    const message = (await readFile(file, 'utf8')).replace(/\r?\n/g, '\r');
    await send(message.replace('19610402', '19610403').replaceAll('NSML-20260112', 'NSML-PICTURE'));
    await appears(page, `${target.url}/console`, page.getByRole('link', { name: /Error queue 1/ }));
    await save(page, 'console', 520);
  });
} finally {
  await browser.close();
}
