/**
 * The finder: 0.89 M parameters, 1.8 MB in 16 bits, 2.2 GMAC for a picture of a million pixels.
 *
 *   npx safl train --task find --run DIR
 */
export const finder = { training: { replicas: 2 } }
