/** What a worker answers to what looks after it. */
import { Queue } from 'bullmq'
import { describe, expect, onTestFinished, test } from 'vitest'
import { watchWork } from '../../src/queue/watch-work.ts'
import { redisProgram, startRedis } from './redis-server.ts'

describe.skipIf(redisProgram === null)('with a server', () => {
  test('jobs by state; alive also where the queue is away; nothing but its three routes', async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const queue = new Queue('watched', { connection: server.redis })
    await queue.addBulk([1, 2, 3].map((number) => ({ name: 'read', data: { number } })))
    const watch = await watchWork({ redis: server.redis, queue: 'watched', host: '127.0.0.1', port: 0 })
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await fetch(watch.url + path, init)
      return [answer.status, answer.headers.get('content-type'), await answer.text()] as const
    }
    const json = 'application/json'
    expect(await ask('/health')).toEqual([200, json, '{"status":"alive"}'])
    expect(await ask('/ready?verbose')).toEqual([200, json, '{"status":"ready"}'])
    const [status, type, text] = await ask('/metrics')
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(text).toContain('\nbullmq_job_count{queue="watched", state="waiting"} 3\n')
    expect(text).toMatch(/\n$/)
    for (const [path, init] of [['/'], ['/constructor'], ['/health', { method: 'POST' }]] as const)
      expect((await ask(path, init))[0]).toBe(404)
    const taken = Number(new URL(watch.url).port)
    const again = watchWork({ redis: server.redis, queue: 'watched', host: '127.0.0.1', port: taken })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' })
    await queue.close()
    server.redis.disconnect()
    const away = [503, json, '{"status":"the queue cannot be reached"}']
    await expect.poll(() => ask('/ready')).toEqual(away)
    expect([await ask('/health'), await ask('/metrics')]).toEqual([[200, json, '{"status":"alive"}'], away])
    await watch.close()
    await expect(fetch(`${watch.url}/health`)).rejects.toThrow()
  })
})
