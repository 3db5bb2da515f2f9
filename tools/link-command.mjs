// Puts `safl` beside the commands of the dependencies, so that `npx safl` runs this checkout: npm links the commands of
// what it installs, not that of the package itself.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'

const target = new URL('../dist/cli/main.js', import.meta.url)
const folder = new URL('../node_modules/.bin/', import.meta.url)
mkdirSync(folder, { recursive: true })
chmodSync(target, 0o755)
const link = new URL('safl', folder)
rmSync(link, { force: true })
if (process.platform === 'win32')
  writeFileSync(new URL('safl.cmd', folder), '@node "%~dp0\\..\\..\\dist\\cli\\main.js" %*\r\n')
else symlinkSync('../../dist/cli/main.js', link)
