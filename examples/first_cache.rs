//! A cache that a Rust program creates, uses and deletes. It is the program of `docs/recipes/rust.md`, and a test holds
//! both to be the same.

use std::{env, error::Error, time::Duration};

use aws_sdk_elasticache::{
    Client, Config,
    config::{Credentials, Region},
    types::CacheCluster,
};
use aws_smithy_http_client::Builder as Http;
use redis::AsyncCommands;
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::builder()
        .behavior_version_latest()
        .endpoint_url(env::var("AWS_ENDPOINT_URL_ELASTICACHE")?)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "any key does"))
        .http_client(Http::new().build_http());
    let client = Client::from_conf(config.build());
    let create = client.create_cache_cluster().cache_cluster_id("my-cache").engine("redis");
    create.cache_node_type("cache.t3.micro").num_cache_nodes(1).send().await?;

    let cluster = available(&client).await?;
    let endpoint = cluster.cache_nodes()[0].endpoint().ok_or("no endpoint")?;
    let (host, port) = (endpoint.address().ok_or("no address")?, endpoint.port().ok_or("no port")?);
    let mut cache = redis::Client::open(format!("redis://{host}:{port}"))?.get_multiplexed_async_connection().await?;
    cache.set::<_, _, ()>("greeting", "hello").await?;
    println!("{}", cache.get::<_, String>("greeting").await?);

    client.delete_cache_cluster().cache_cluster_id("my-cache").send().await?;
    Ok(())
}

/// Waits for the cache. The SDK's own waiter looks every 15 seconds.
async fn available(client: &Client) -> Result<CacheCluster, Box<dyn Error>> {
    loop {
        let describe = client.describe_cache_clusters().cache_cluster_id("my-cache").show_cache_node_info(true);
        let found = describe.send().await?;
        match found.cache_clusters() {
            [cluster] if cluster.cache_cluster_status() == Some("available") => return Ok(cluster.clone()),
            _ => sleep(Duration::from_millis(100)).await,
        }
    }
}
