/** How large a run is. */
export type Size = {
  readonly sends: number;
  /** How often what is repeated is repeated. */
  readonly kills: number;
  /** Over how long the sends are asked for. */
  readonly seconds: number;
};
