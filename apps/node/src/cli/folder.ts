/** Where a node keeps all it has unless told otherwise. */
export const DEFAULT_DATA_FOLDER = '~/.sluice'
