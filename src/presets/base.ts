/** The paper's model and training: every setting at its default, but that two cores share a batch. */
export const base = { training: { replicas: 2 } }
