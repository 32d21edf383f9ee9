// The clock of a test in the place of the machine's: node --import ./clock.mjs program.mjs
//
// SEKISHO_TEST_CLOCK names the file that holds the present instant in milliseconds since the epoch.
import { readFileSync } from 'node:fs';

const now = () => Number(readFileSync(process.env.SEKISHO_TEST_CLOCK, 'utf8'));

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length > 0 ? given : [now()]));
  }

  static now() {
    return now();
  }
};
