/** `deploy/kubernetes.yaml`: by Kubernetes' own schemas, and by what the service and the worker answer. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Service } from 'kubernetes-models/v1'
import { describe, expect, onTestFinished, test } from 'vitest'
import { defaultLimits, READY_SHARE } from '../../src/serve/service-limits.ts'
import { redisProgram, startRedis } from '../queue/redis-server.ts'
import { fakeApp } from '../serve/fake-app.ts'
import { packageVersion, parsed, yamlOf } from './deployed.ts'

const models = {
  Service: { model: Service, module: 'v1' },
  Deployment: { model: Deployment, module: 'apps/v1' },
  PodDisruptionBudget: { model: PodDisruptionBudget, module: 'policy/v1' },
  HorizontalPodAutoscaler: { model: HorizontalPodAutoscaler, module: 'autoscaling/v2' },
} as const
type Kind = keyof typeof models
type Labels = Readonly<Record<string, string>>
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}
interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env: readonly { readonly name: string; readonly valueFrom: { readonly secretKeyRef: object } }[]
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } }
  readonly resources: { readonly requests: { readonly cpu: string } }
}
interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly containers: readonly [Container]
}
interface Resource {
  readonly apiVersion: string
  readonly kind: Kind
  readonly metadata: { readonly name: string; readonly labels: Labels }
  // Its parts are of several kinds: each test says which it looks at.
  readonly spec: never
}
type Workload = { template: { metadata: { labels: Labels }; spec: Pod }; selector: { matchLabels: Labels } }
type Autoscaler = { scaleTargetRef: { kind: Kind; name: string }; metrics: readonly Metric[] }
interface Target {
  readonly averageValue: string
}
type Metric =
  | { type: 'Pods'; pods: { metric: { name: string }; target: Target } }
  | { type: 'External'; external: { metric: { name: string; selector: { matchLabels: Labels } }; target: Target } }

const resources = await yamlOf<Resource>('kubernetes.yaml')
const find = <Spec>(kind: Kind, name: string): Spec =>
  resources.find((each) => each.kind === kind && each.metadata.name === name)!.spec
const service = find<Workload>('Deployment', 'safl')
const worker = find<Workload>('Deployment', 'safl-worker')
const workloads = [
  ['safl', service],
  ['safl-worker', worker],
] as const

/** By the schema of its kind: types, enumerations, quantities, what is required. Throws. */
function validate({ kind, ...content }: Resource): void {
  const { model: Model } = models[kind]
  const resource = new Model({ kind, ...content } as never)
  if (resource.apiVersion !== content.apiVersion) throw new Error(`${kind}: is not of ${content.apiVersion}`)
  resource.validate()
}

/** By the compiler, which knows all names: what it complains of. */
async function complaints(all: readonly Resource[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'safl-kubernetes-'))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const lines = all.map(
    ({ kind, ...content }, place) =>
      `import type { I${kind} as Kind${place} } from 'kubernetes-models/${models[kind].module}'\nexport const resource${place}: Kind${place} = ${JSON.stringify({ kind, ...content })}\n`,
  )
  await writeFile(join(folder, 'manifest.ts'), lines.join(''))
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--skipLibCheck', '--types', '', 'manifest.ts']
  try {
    execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...options], { cwd: folder })
    return ''
  } catch (error) {
    return String((error as { stdout: Buffer }).stdout)
  }
}

test('by the schemas of Kubernetes', async () => {
  expect(resources.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).toEqual([
    'Service safl',
    'Deployment safl',
    'PodDisruptionBudget safl',
    'HorizontalPodAutoscaler safl',
    'Deployment safl-worker',
    'HorizontalPodAutoscaler safl-worker',
  ])
  for (const each of resources) validate(each)
  expect(await complaints(resources)).toBe('')
})

test('which refuse a value of another type, a version that is none, and a name that is misspelt', async () => {
  const text = JSON.stringify(resources[1])
  const wrong = (from: string, to: string) => {
    expect(text).toContain(from)
    return JSON.parse(text.replaceAll(from, to)) as Resource
  }
  expect(() => validate(wrong('"1Gi"', '"1 GB"'))).toThrow('requests/memory')
  expect(() => validate(wrong('"periodSeconds":2', '"periodSeconds":"2s"'))).toThrow('periodSeconds must be integer')
  expect(() => validate(wrong('"apps/v1"', '"apps/v2"'))).toThrow('apiVersion must be equal')
  expect(await complaints([wrong('readinessProbe', 'readinesProbe')])).toContain(`'"readinesProbe"' does not exist`)
})

test('what belongs together is named alike', () => {
  for (const [, { template, selector }] of workloads)
    expect(template.metadata.labels).toMatchObject(selector.matchLabels)
  const budget = find<{ selector: { matchLabels: Labels } }>('PodDisruptionBudget', 'safl')
  expect(budget.selector).toEqual(service.selector)
  const { selector, ports } = find<{ selector: Labels; ports: { targetPort: string }[] }>('Service', 'safl')
  expect(selector).toEqual(service.selector.matchLabels)
  expect(worker.template.metadata.labels).not.toMatchObject(selector)
  expect(ports.map(({ targetPort }) => targetPort)).toEqual(
    service.template.spec.containers[0].ports.map(({ name }) => name),
  )
  for (const [name] of workloads)
    expect(find<Autoscaler>('HorizontalPodAutoscaler', name).scaleTargetRef).toMatchObject({ kind: 'Deployment', name })
})

describe.each(workloads)('%s', (_, { template: { spec } }) => {
  const [container] = spec.containers

  test('is no root, on a tree that it cannot write, with no capability', () => {
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    })
  })

  test('has arguments that the command takes, the package’s version, and the cores that it asks for', async () => {
    expect(container.image).toBe(`registry.example.org/safl:${await packageVersion()}`)
    const { verb, options } = parsed(container.args)
    const { workers, concurrency, threads } = options as Record<string, number>
    expect((verb === 'serve' ? workers! : concurrency!) * threads!).toBe(Number(container.resources.requests.cpu))
    expect(container.ports).toEqual([{ name: 'http', containerPort: options.port }])
    expect(options.host).toBe('0.0.0.0')
  })

  test('has its secrets from one', () => {
    expect(container.env.map(({ name, valueFrom }) => [name, valueFrom.secretKeyRef])).toEqual(
      parsed(container.args).verb === 'serve'
        ? [['SAFL_TOKENS', { name: 'safl', key: 'tokens' }]]
        : [['SAFL_REDIS', { name: 'safl', key: 'redis' }]],
    )
  })
})

const probesOf = ({ template }: Workload) => {
  const [{ startupProbe, readinessProbe, livenessProbe }] = template.spec.containers
  return { startupProbe, readinessProbe, livenessProbe }
}

test('the service ends before it is killed', () => {
  const { terminationGracePeriodSeconds, containers } = service.template.spec
  const [{ lifecycle, args }] = containers
  const [program, wait] = lifecycle!.preStop.exec.command
  expect(program).toBe('sleep')
  expect(Number(wait) + (parsed(args).options.grace as number)).toBeLessThan(terminationGracePeriodSeconds)
})

test('the service answers its probes, and counts what its autoscaler asks for', async () => {
  const { ask, state } = await fakeApp()
  for (const { httpGet } of Object.values(probesOf(service))) {
    expect(httpGet.port).toBe('http')
    expect([httpGet.path, (await ask(httpGet.path)).status]).toEqual([httpGet.path, 200])
  }
  // While it stops, the others are asked; it is not killed for that.
  state.stopping = true
  const { readinessProbe, livenessProbe } = probesOf(service)
  expect((await ask(readinessProbe.httpGet.path)).status).toBe(503)
  expect((await ask(livenessProbe.httpGet.path)).status).toBe(200)
  const [metric] = find<Autoscaler>('HorizontalPodAutoscaler', 'safl').metrics
  if (metric?.type !== 'Pods') throw new Error('asks for no metric of pods')
  const { name } = metric.pods.metric
  expect(await (await ask('/metrics')).text()).toContain(`# TYPE ${name} gauge\n${name} 0\n`)
  // There are more pods before one is not ready any more.
  const { queue } = parsed(service.template.spec.containers[0].args).options as { queue: number }
  expect(queue).toBe(defaultLimits.queue)
  expect(Number(metric.pods.target.averageValue)).toBeLessThan(queue * READY_SHARE)
  const adapter = JSON.stringify(
    (await yamlOf<{ rules: { custom: object[] } }>('prometheus-adapter.yaml'))[0]!.rules.custom,
  )
  expect(adapter).toContain(`"${name}{`)
})

test.skipIf(redisProgram === null)('a worker answers its probes, and counts what its autoscaler asks for', async () => {
  const { watchWork } = await import('../../src/queue/watch-work.ts')
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const { queue } = parsed(worker.template.spec.containers[0].args).options as { queue: string }
  const watch = await watchWork({ redis: server.redis, queue, host: '127.0.0.1', port: 0 })
  for (const { httpGet } of Object.values(probesOf(worker)))
    expect([httpGet.path, (await fetch(watch.url + httpGet.path)).status]).toEqual([httpGet.path, 200])
  const [metric] = find<Autoscaler>('HorizontalPodAutoscaler', 'safl-worker').metrics
  if (metric?.type !== 'External') throw new Error('asks for no metric of the cluster')
  const { name, selector } = metric.external.metric
  const labels = Object.entries(selector.matchLabels).map(([label, value]) => `${label}="${value}"`)
  expect(await (await fetch(`${watch.url}/metrics`)).text()).toContain(`${name}{${labels.join(', ')}} 0\n`)
  const adapter = JSON.stringify(
    (await yamlOf<{ rules: { external: object[] } }>('prometheus-adapter.yaml'))[0]!.rules.external,
  )
  expect(adapter).toContain(`"${name}{`)
  await watch.close()
})

test('Prometheus finds the pods, and has a token', async () => {
  const [{ spec }] = (await yamlOf('pod-monitor.yaml')) as [
    { spec: { selector: { matchLabels: Labels }; podMetricsEndpoints: object[] } },
  ]
  for (const [, { template }] of workloads) expect(template.metadata.labels).toMatchObject(spec.selector.matchLabels)
  const credentials = { name: 'safl', key: 'metrics-token' }
  expect(spec.podMetricsEndpoints).toEqual([
    { port: 'http', path: '/metrics', interval: '15s', authorization: { credentials } },
  ])
})
