/** Most updates of a lane that await an answer, and most by which a seq may be above the newest answered one. */
export const PIPELINE_LIMIT = 64
