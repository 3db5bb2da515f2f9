/**
 * Adds to package-lock.json the builds for other platforms that a registry mirror did not offer when the lock was
 * written: without them `npm ci` refuses the lock, and other platforms miss their build.
 *
 *   npx tsx tools/complete-lockfile.ts        after every change of the dependencies
 */
import { readFileSync } from 'node:fs'
import { writeWhole } from '../src/write-whole.ts'

interface LockEntry {
  readonly version?: string
  readonly optional?: boolean
  readonly dev?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

const path = new URL('../package-lock.json', import.meta.url).pathname
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockEntry> }
const added: string[] = []
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (lock.packages[place] || !/^\d/.test(version)) continue
    const parts = name.split(/[/-]/)
    const os = systems.filter((system) => parts.includes(system) || parts.includes(`${system}musl`))
    const cpu = processors.filter((processor) => parts.includes(processor))
    lock.packages[place] = {
      version,
      optional: true,
      ...(entry.dev && { dev: true }),
      ...(os.length > 0 && { os }),
      ...(cpu.length > 0 && { cpu }),
    }
    added.push(name)
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
await writeWhole(path, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`added ${added.length}: ${added.join(', ')}`)
