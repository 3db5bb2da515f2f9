/** Who may ask: bearer tokens, compared in constant time. (Node) */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** The environment variable that tokens are taken from, parted by commas or blanks. */
export const TOKENS_VARIABLE = 'SAFL_TOKENS'

/** Shorter ones are guessed. */
const LEAST = 16
/** What a header can carry (RFC 6750, 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/

/** Those of the environment and of a file, a line each; none where neither is given. Rejects where one cannot be used. */
export async function readTokens(file: string | undefined, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const given = (environment[TOKENS_VARIABLE] ?? '').split(/[\s,]+/).filter((token) => token !== '')
  const lines = file === undefined ? [] : (await readTokenFile(file)).split(/\r?\n/).map((line) => line.trim())
  const listed = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (file !== undefined && listed.length === 0) throw new Error(`--token-file: ${file} holds no token`)
  const tokens = [...given, ...listed]
  // Which one is not said: messages end up in logs.
  for (const [place, token] of tokens.entries())
    if (token.length < LEAST || !TOKEN.test(token))
      throw new Error(
        `token ${place + 1} of ${tokens.length}: it must have at least ${LEAST} characters, of letters, digits and - . _ ~ + /`,
      )
  return tokens
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Error(`--token-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** Takes as long whichever token is given, and however much of it is right. */
export function tokenCheck(tokens: readonly string[]): (given: string) => boolean {
  const digest = (token: string) => createHash('sha256').update(token).digest()
  const known = tokens.map(digest)
  return (given) => {
    const asked = digest(given)
    return known.map((token) => timingSafeEqual(token, asked)).includes(true)
  }
}
