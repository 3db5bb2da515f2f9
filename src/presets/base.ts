/** The paper's model and training: every setting at its default. */
export const base = {}
