/** The version of Postroom, as the package at the top has it. */
export const version = '0.1.0';
