// Sending a message as a laboratory does, and waiting for what becomes of it.

import assert from 'node:assert/strict';
import { connect } from 'node:net';

const ANSWER_MS_MAX = 10_000;
const FILED_MS_MAX = 20_000;

/** Where messages are taken; from the environment. */
export const mllp = process.env.COGNATE_MLLP;

/** Sends a message over MLLP and gives its answer. */
export function send(text) {
  const [host, port] = mllp.split(/:(?=\d+$)/);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ''), port: Number(port) }, () => {
      socket.write(`\x0b${text}\x1c\r`);
    });
    socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy(new Error('no answer')));
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (!answer.includes('\x1c')) return;
      socket.end();
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

/** Loads a page until something is on it: filing follows the acknowledgement. */
export async function appears(page, url, goal) {
  const until = Date.now() + FILED_MS_MAX;
  do {
    await page.goto(url);
    if (await goal.count() > 0) return;
    await page.waitForTimeout(250);
  } while (Date.now() < until);
  assert.fail(`nothing of it on ${url}`);
}
