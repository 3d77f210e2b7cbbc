// Makes an encrypted group with users by the SDK for JavaScript, and talks to it by ioredis. Called with the address of the
// API and the file of the authority's certificate; says what it saw as JSON.

import { readFileSync } from "node:fs";
import {
  CreateReplicationGroupCommand,
  CreateUserCommand,
  CreateUserGroupCommand,
  DescribeReplicationGroupsCommand,
  DescribeUserGroupsCommand,
  ElastiCacheClient,
  waitUntilReplicationGroupAvailable,
} from "@aws-sdk/client-elasticache";
import { Cluster, Redis } from "ioredis";

const [endpoint, caFile] = process.argv.slice(2);
const password = "a-password-of-a-user-1";
const client = new ElastiCacheClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "000000000000", secretAccessKey: "any" },
  maxAttempts: 1,
});
const tls = { ca: readFileSync(caFile) };
const seen = {};

const user = { Engine: "redis", AccessString: "on ~* +@all" };
await client.send(
  new CreateUserCommand({ ...user, UserId: "nobody", UserName: "default", AccessString: "off -@all", NoPasswordRequired: true }),
);
await client.send(new CreateUserCommand({ ...user, UserId: "ida", UserName: "ida", Passwords: [password] }));
await client.send(new CreateUserGroupCommand({ UserGroupId: "people", Engine: "redis", UserIds: ["nobody", "ida"] }));
const groups = await client.send(new DescribeUserGroupsCommand({ UserGroupId: "people" }));
seen.users = groups.UserGroups[0].UserIds;

await client.send(
  new CreateReplicationGroupCommand({
    ReplicationGroupId: "shards",
    ReplicationGroupDescription: "for a test",
    Engine: "redis",
    CacheNodeType: "cache.t3.micro",
    CacheParameterGroupName: "default.redis7.cluster.on",
    NumNodeGroups: 2,
    ReplicasPerNodeGroup: 1,
    AutomaticFailoverEnabled: true,
    TransitEncryptionEnabled: true,
    UserGroupIds: ["people"],
  }),
);
await waitUntilReplicationGroupAvailable(
  { client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.2 },
  { ReplicationGroupId: "shards" },
);
const described = await client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: "shards" }));
const { Address: host, Port: port } = described.ReplicationGroups[0].ConfigurationEndpoint;

const cluster = new Cluster([{ host, port }], {
  dnsLookup: (address, callback) => callback(null, address),
  redisOptions: { username: "ida", password, tls },
});
for (let number = 0; number < 50; number += 1) await cluster.set(`key${number}`, number);
const values = await Promise.all(Array.from({ length: 50 }, (_, number) => cluster.get(`key${number}`)));
seen.kept = values.every((value, number) => value === String(number));
seen.shards = cluster.nodes("master").length;
seen.whoami = await cluster.nodes("master")[0].call("ACL", "WHOAMI");
cluster.disconnect();

const stranger = new Redis({ host, port, tls, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
stranger.on("error", () => {});
seen.stranger = await stranger.get("key").catch((error) => error.message);
stranger.disconnect();

const suspicious = new Redis({ host, port, tls: {}, lazyConnect: true, retryStrategy: () => null });
suspicious.on("error", () => {});
seen.suspicious = await suspicious.connect().then(() => "connected", (error) => error.message);
suspicious.disconnect();

console.log(JSON.stringify(seen));
