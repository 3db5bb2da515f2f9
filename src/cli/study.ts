/** `safl study`: trainings that are compared. */
import { Command } from 'commander'
import { focalCommand } from './study-focal.ts'
import { partsCommand } from './study-parts.ts'

export function studyCommand(): Command {
  return new Command('study')
    .description('Put a claim of the paper, or a part of the model, to the test.')
    .addCommand(focalCommand())
    .addCommand(partsCommand())
}
