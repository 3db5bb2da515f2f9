import { existsSync } from 'node:fs'

/** Where Chromium is installed; undefined where it is not, and tests of pages are skipped. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)
