/** `safl completion`: what a shell needs to complete verbs, options and their values, from the commands themselves. */
import { Argument, Command } from 'commander'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

/** `load` gives all verbs but this one. */
export function completionCommand(load: () => Promise<Command[]>): Command {
  return new Command('completion')
    .description('Print what makes a shell complete verbs and options: source <(safl completion bash)')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action(async (shell: Shell) => {
      const program = new Command('safl')
      for (const verb of await load()) program.addCommand(verb)
      console.log(completionScript(program, shell))
    })
}

export function completionScript(program: Command, shell: Shell): string {
  if (shell === 'fish') return fishScript(program)
  const script = bashScript(program)
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`
}

interface Verb {
  /** Names from the first verb on, parted by spaces. */
  readonly path: string
  readonly command: Command
}

function verbs(command: Command, path = ''): Verb[] {
  const deeper = command.commands.flatMap((each) => verbs(each, `${path} ${each.name()}`.trim()))
  return [{ path, command }, ...deeper]
}

const longOptions = ({ options }: Command) => options.flatMap(({ long }) => (long ? [long] : []))

/** Verbs and options by the verbs before; the values of options that have a list of them; else files. */
function bashScript(program: Command): string {
  const all = verbs(program)
  const words = all.map(({ path, command }) => {
    const offered = [...command.commands.map((each) => each.name()), ...longOptions(command), '--help']
    return `    '${path}') words='${offered.join(' ')}' ;;`
  })
  const values = all.flatMap(({ path, command }) =>
    command.options.flatMap(({ long, argChoices }) =>
      long && argChoices ? [`    '${path} ${long}') words='${argChoices.join(' ')}' ;;`] : [],
    ),
  )
  return [
    '_safl() {',
    `  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" verbs="" words="" word`,
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    `    case "$verbs$word" in ${all
      .slice(1)
      .map(({ path }) => `'${path}'`)
      .join('|')}) verbs="$verbs$word " ;; esac`,
    '  done',
    `  case "\${verbs% }" in`,
    ...words,
    '  esac',
    '  case "$verbs$before" in',
    ...values,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _safl safl',
  ].join('\n')
}

function fishScript(program: Command): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = verbs(program).flatMap(({ path, command }) => {
    const seen = path.split(' ').filter((name) => name !== '')
    const condition =
      seen.length === 0
        ? '__fish_use_subcommand'
        : seen.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ')
    const start = `complete -c safl -n ${quoted(condition)}`
    return [
      ...command.commands.map((each) => `${start} -a ${each.name()} -d ${quoted(each.description())}`),
      ...command.options.flatMap(({ long, description, argChoices, required }) =>
        long
          ? [
              `${start} -l ${long.slice(2)} -d ${quoted(description)}${required ? ' -r' : ''}${argChoices ? ` -a ${quoted(argChoices.join(' '))}` : ''}`,
            ]
          : [],
      ),
    ]
  })
  return lines.join('\n')
}
