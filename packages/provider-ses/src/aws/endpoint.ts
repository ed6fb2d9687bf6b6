/** What a client of the SDK is told of where it goes. */
type Endpoint = {
  readonly endpoint?: string;
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  readonly ignoreConfiguredEndpointUrls?: boolean;
};

/**
 * Goes where it is told, and to a service's own endpoint if it is told nothing. FIPS and dual stack, which environment and
 * profile can ask for, choose among a service's own: the SDK refuses them together with another one.
 */
export const toEndpoint = (endpoint: string | undefined): Endpoint =>
  endpoint === undefined ? {} : { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };

/** The same for a service whose own endpoint is `own`: told that one, it goes there whatever others are configured. */
export const toEndpointOf = (own: string, endpoint: string | undefined): Endpoint =>
  endpoint === own ? { ignoreConfiguredEndpointUrls: true } : toEndpoint(endpoint);
