import { execFileSync } from 'node:child_process'
import { Command, Option } from 'commander'
import { expect, test } from 'vitest'
import { completionScript } from './completion.ts'

const program = new Command('safl')
program.addCommand(
  new Command('recognize')
    .option('--batch <count>', 'images')
    .addOption(new Option('--format <name>').choices(['tsv', 'json'])),
)
program.addCommand(new Command('data').addCommand(new Command('check').option('--json', "the set's counts")))

/** What bash offers after these words, the last of which is being written. */
function offered(...words: string[]): string[] {
  const script = `${completionScript(program, 'bash')}
COMP_WORDS=(safl "$@"); COMP_CWORD=$#; _safl; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
  return output.split('\n').filter((line) => line !== '')
}

test('bash: verbs, verbs of verbs, options and their values', () => {
  expect(offered('')).toEqual(['recognize', 'data', '--help'])
  expect(offered('re')).toEqual(['recognize'])
  expect(offered('recognize', '--')).toEqual(['--batch', '--format', '--help'])
  expect(offered('recognize', 'word.png', '--b')).toEqual(['--batch'])
  expect(offered('recognize', '--format', '')).toEqual(['tsv', 'json'])
  expect(offered('data', '')).toEqual(['check', '--help'])
  expect(offered('data', 'check', '--j')).toEqual(['--json'])
})

test('fish: a line for each', () => {
  const lines = completionScript(program, 'fish').split('\n')
  expect(lines).toContain(
    "complete -c safl -n '__fish_seen_subcommand_from recognize' -l format -d '' -r -a 'tsv json'",
  )
  expect(lines.at(-1)).toBe(
    "complete -c safl -n '__fish_seen_subcommand_from data; and __fish_seen_subcommand_from check' -l json -d 'the set\\'s counts'",
  )
})
