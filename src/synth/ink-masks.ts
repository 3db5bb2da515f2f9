/** Where there is ink in a picture. */

/**
 * Coverage from 0 to 255 in red (letters), green (outline, the ghosts of a display's segments, or what a plate bears beside
 * its characters) and blue (shadow, or a plate's board); four bytes a pixel, row by row.
 */
export type InkMasks = Uint8ClampedArray
