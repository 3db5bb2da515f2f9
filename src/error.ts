/** What went wrong, for programs. */
export type SaflErrorCode =
  /** An option, or a value of one, that there is not. */
  | 'option'
  /** What is no image, a damaged one, or one of a kind that is not read. */
  | 'image'
  /** A weights file that is missing, damaged, or of another model. */
  | 'weights'
  /** What these weights, this decoder or this place cannot do. */
  | 'unsupported'
  /** A recogniser that was disposed of. */
  | 'disposed'

/** What the library rejects with, beside the caller's own reason for ending a signal. */
export class SaflError extends Error {
  override readonly name = 'SaflError'
  readonly code: SaflErrorCode

  constructor(code: SaflErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
