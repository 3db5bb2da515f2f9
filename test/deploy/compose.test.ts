/** `deploy/compose.yaml` and `deploy/Containerfile`: what they start is there, within limits, and no root. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fakeApp } from '../serve/fake-app.ts'
import { packageVersion, parsed, yamlOf } from './deployed.ts'

const seconds = z.string().regex(/^\d+s$/)
/** Of the Compose specification what the file uses: a name that is misspelt is refused, as a compose program would. */
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.literal('..'), dockerfile: z.literal('deploy/Containerfile') }).optional(),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  deploy: z.strictObject({ replicas: z.int() }).optional(),
  user: z.string().optional(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  pids_limit: z.int(),
  cpus: z.number(),
  mem_limit: z.string().regex(/^\d+g$/),
  volumes: z.array(z.string()).optional(),
  healthcheck: z
    .strictObject({ test: z.array(z.string()), interval: seconds, timeout: seconds, retries: z.int() })
    .optional(),
  stop_grace_period: seconds,
  restart: z.literal('unless-stopped'),
})
const compose = z.strictObject({
  'x-safl': z.unknown(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
})

/** As a Containerfile names its argument. */
const NODE = `$${'{NODE}'}`
const [file] = (await yamlOf('compose.yaml')) as [object]
const container = await readFile('deploy/Containerfile', 'utf8')
const { services, volumes } = compose.parse(file)
const entries = Object.entries(services)
/** Those of the project's own image. */
const own = entries.filter(([, { build }]) => build)

test('a service, two workers, and a server for their queue', () => {
  expect(entries.map(([name, { deploy }]) => [name, deploy?.replicas ?? 1])).toEqual([
    ['safl', 1],
    ['worker', 2],
    ['valkey', 1],
  ])
  expect(own.map(([name, { command }]) => [name, parsed(command).verb])).toEqual([
    ['safl', 'serve'],
    ['worker', 'queue work'],
  ])
})

test('a name that is misspelt is refused', () => {
  const wrong = { ...services.valkey, heathcheck: services.valkey!.healthcheck }
  expect(service.safeParse(wrong).error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['heathcheck'] }])
  expect(() => parsed(['serve', '--wokers', '2'])).toThrow("unknown option '--wokers'")
})

test.each(entries)('%s: read-only, no root, no capability, bounded', (_, each) => {
  expect(each).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
  const user = each.build ? /^USER (\S+)$/m.exec(container.split(/^FROM /m).at(-1)!)?.[1] : each.user
  expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  for (const address of each.ports ?? []) expect(address).toMatch(/^127\.0\.0\.1:/)
})

test('images have a version: the project’s is that of the package', async () => {
  for (const [, { image }] of own) expect(image).toBe(`safl:${await packageVersion()}`)
  const others = [services.valkey!.image, /^ARG NODE=(.*)$/m.exec(container)![1]!]
  for (const image of others) expect(image).toMatch(/^docker\.io\/[\w/-]+:\d+\.\d+\.\d+-[\w.-]+$/)
  const bases = [...container.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
  expect(bases).toEqual([NODE, NODE, NODE])
})

test('the cores that are given are those that read, and whoever stops has its time', () => {
  const { options } = parsed(services.safl!.command) as { options: Record<string, number> }
  expect(options.workers! * options.threads!).toBe(services.safl!.cpus)
  expect(Number.parseInt(services.safl!.stop_grace_period, 10)).toBeGreaterThan(options.grace!)
  const work = parsed(services.worker!.command).options as Record<string, number>
  expect(work.concurrency! * work.threads!).toBe(services.worker!.cpus)
})

test('the health check asks what both answer, at the port that they listen at', async () => {
  const [, port, path] = /fetch\('http:\/\/127\.0\.0\.1:(\d+)(\/\w+)'\)/.exec(container)!
  for (const [, { command }] of own) {
    const { options } = parsed(command)
    expect([options.host, options.port]).toEqual(['0.0.0.0', Number(port)])
  }
  const { ask } = await fakeApp()
  expect((await ask(path!)).status).toBe(200)
  expect(services.safl!.ports).toEqual([`127.0.0.1:${port}:${port}`])
})

test('workers wait for the server that they name; it keeps what it has, and refuses what does not fit', () => {
  const { hostname, port } = new URL(services.worker!.environment!.SAFL_REDIS!)
  expect(services.worker!.depends_on).toEqual({ [hostname]: { condition: 'service_healthy' } })
  expect(port).toBe('6379')
  const { command, volumes: mounts } = services[hostname]!
  const setting = (name: string) => command[command.indexOf(`--${name}`) + 1]
  expect([setting('appendonly'), setting('maxmemory-policy')]).toEqual(['yes', 'noeviction'])
  expect(mounts).toEqual(['valkey:/data'])
  expect(Object.keys(volumes)).toEqual(['valkey'])
})

test('without tokens nothing is started', () => {
  expect(services.safl!.environment!.SAFL_TOKENS).toMatch(/^\$\{SAFL_TOKENS:\?/)
})
