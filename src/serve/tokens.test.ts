import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTokens, tokenCheck } from './tokens.ts'

const folder = await mkdtemp(join(tmpdir(), 'safl-tokens-'))
const [first, second, third] = ['first-token-of-three', 'second-token-of-three', 'third/token.of~three==']

test('tokens of the environment and of a file', async () => {
  const file = join(folder, 'tokens')
  await writeFile(file, `# of today\n${second}\r\n\n  ${third}\n`)
  expect(await readTokens(undefined, {})).toEqual([])
  expect(await readTokens(file, { SAFL_TOKENS: `${first}, ` })).toEqual([first, second, third])
})

test.each([
  ['short', 'token 1 of 1: it must have at least 16 characters'],
  [`${first},a token with blanks`, 'token 2 of 5'],
  ['ein-schlüssel-mit-umlaut', 'token 1 of 1'],
])('%s is refused, and not said', async (tokens, message) => {
  const failure = readTokens(undefined, { SAFL_TOKENS: tokens })
  await expect(failure).rejects.toThrow(message)
  await failure.catch((error: Error) => expect(error.message).not.toContain(tokens))
})

test('a file that is missing or holds none is refused', async () => {
  const empty = join(folder, 'empty')
  await writeFile(empty, '# none yet\n')
  await expect(readTokens(join(folder, 'none'), {})).rejects.toThrow('cannot be read (ENOENT)')
  await expect(readTokens(empty, {})).rejects.toThrow('holds no token')
})

test('one of them is let in, in full', () => {
  const check = tokenCheck([first, second])
  expect([first, second, third, '', first.slice(0, -1), `${first}x`, first.toUpperCase()].map(check)).toEqual([
    true,
    true,
    ...Array(5).fill(false),
  ])
})
