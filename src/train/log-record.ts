/** Lines of a run's log. */

import type { AnyPreset, Preset } from '../config.ts'
import type { MapAgreement } from '../evaluate/validate-finder.ts'
import type { ValidationView } from '../evaluate/validation-view.ts'
import type { StepOutcome } from './many-steps.ts'

type Views = Readonly<Record<ValidationView, ReadingFigures>>

/** A line of the log: means since the line before, or what a validation found. */
export type LogRecord = StepRecord<AnyPreset> | ValidationRecord | FinderValidation

/** Means since the line before; rate and norm are the last step's. */
export type StepRecord<P extends AnyPreset = Preset> = StepOutcome<P> & {
  readonly step: number
  readonly samples: number
  readonly seconds: number
  readonly samplesPerSecond: number
  /** Share of the time that training waited for data. */
  readonly waiting: number
}

/** How words of a set were read. */
export interface ReadingFigures {
  readonly words: number
  /** Share of them read right. */
  readonly accuracy: number
  readonly oneMinusNed: number
}

/** The figures of the view that decides stand in the record itself too; logs of older runs have nothing else. */
export interface ValidationRecord extends ReadingFigures, Partial<Views> {
  readonly step: number
  readonly samples: number
  readonly seconds: number
  /** What decides which weights are the best; letters and digits where a record has none. */
  readonly view?: ValidationView
  /** By the sets' names. */
  readonly sets?: Readonly<Record<string, Views>>
}

/** What decides which weights are the best. */
export interface BestFigures extends Pick<ReadingFigures, 'words' | 'accuracy'> {
  readonly oneMinusNed?: number
}

export interface FinderValidation extends MapAgreement {
  readonly step: number
  readonly samples: number
  readonly seconds: number
}
