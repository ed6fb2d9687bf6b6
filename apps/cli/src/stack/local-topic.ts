/** The topic that the local SES publishes its events to. */
export const localTopicArn = 'arn:aws:sns:us-east-1:000000000000:postroom-local';
