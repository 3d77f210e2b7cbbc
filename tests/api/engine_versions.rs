//! `DescribeCacheEngineVersions`.

use crate::app::App;

async fn versions(app: &App, parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    let answer = app.done("DescribeCacheEngineVersions", parameters).await;
    answer.texts("Engine").into_iter().zip(answer.texts("EngineVersion")).collect()
}

#[tokio::test]
async fn versions_are_listed_by_engine_and_text() {
    let app = App::start().await;
    let all = versions(&app, &[]).await;
    assert!(all.is_sorted());
    let engines: std::collections::BTreeSet<_> = all.iter().map(|(engine, _)| engine.as_str()).collect();
    assert_eq!(engines.into_iter().collect::<Vec<_>>(), ["memcached", "redis", "valkey"]);
    assert!(!all.contains(&("redis".to_owned(), "3.2.10".to_owned())), "its end of life has passed");
    let redis = app.client().describe_cache_engine_versions().engine("redis").engine_version("7.1").send().await;
    let redis = redis.expect("versions").cache_engine_versions.expect("a list");
    let [redis] = redis.as_slice() else { panic!("one version") };
    assert_eq!(redis.cache_parameter_group_family(), Some("redis7"));
    assert_eq!(redis.cache_engine_description(), Some("Redis"));
    assert_eq!(redis.cache_engine_version_description(), Some("redis version 7.1.0"));
}

#[tokio::test]
async fn versions_can_be_filtered() {
    let app = App::start().await;
    assert!(versions(&app, &[("Engine", "VALKEY")]).await.iter().all(|(engine, _)| engine == "valkey"));
    assert_eq!(versions(&app, &[("DefaultOnly", "true")]).await.len(), 3);
    assert_eq!(versions(&app, &[("DefaultOnly", "true"), ("Engine", "redis")]).await.len(), 1);
    let seven = versions(&app, &[("CacheParameterGroupFamily", "redis7")]).await;
    assert_eq!(seven, [("redis".to_owned(), "7.0".to_owned()), ("redis".to_owned(), "7.1".to_owned())]);
    for nothing in [("Engine", "mongodb"), ("EngineVersion", "0.1"), ("CacheParameterGroupFamily", "redis1")] {
        assert!(versions(&app, &[nothing]).await.is_empty(), "an unknown value is no error");
    }
}
