package lakehouse.catalog.platform;

import jakarta.ws.rs.container.ContainerResponseFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.Principal;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.glassfish.jersey.grizzly2.httpserver.GrizzlyHttpServerFactory;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.message.DeflateEncoder;
import org.glassfish.jersey.message.GZipEncoder;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.filter.EncodingFilter;
import org.projectnessie.services.authz.AbstractBatchAccessChecker;
import org.projectnessie.services.authz.AccessContext;
import org.projectnessie.services.authz.Authorizer;
import org.projectnessie.services.config.ExceptionConfig;
import org.projectnessie.services.config.ServerConfig;
import org.projectnessie.services.rest.BackendLimitExceededExceptionMapper;
import org.projectnessie.services.rest.RestV2ConfigResource;
import org.projectnessie.services.rest.RestV2TreeResource;
import org.projectnessie.services.rest.converters.ContentKeyParamConverterProvider;
import org.projectnessie.services.rest.converters.NamespaceParamConverterProvider;
import org.projectnessie.services.rest.converters.ReferenceTypeParamConverterProvider;
import org.projectnessie.services.rest.exceptions.ConstraintViolationExceptionMapper;
import org.projectnessie.services.rest.exceptions.NessieExceptionMapper;
import org.projectnessie.services.rest.exceptions.NessieJaxRsJsonMappingExceptionMapper;
import org.projectnessie.services.rest.exceptions.NessieJaxRsJsonParseExceptionMapper;
import org.projectnessie.services.rest.exceptions.NotSupportedExceptionMapper;
import org.projectnessie.services.rest.exceptions.ValidationExceptionMapper;
import org.projectnessie.versioned.VersionStore;
import org.projectnessie.versioned.storage.common.config.StoreConfig;
import org.projectnessie.versioned.storage.common.logic.Logics;
import org.projectnessie.versioned.storage.common.persist.Backend;
import org.projectnessie.versioned.storage.common.persist.Persist;
import org.projectnessie.versioned.storage.rocksdb.RocksDBBackendConfig;
import org.projectnessie.versioned.storage.rocksdb.RocksDBBackendFactory;
import org.projectnessie.versioned.storage.versionstore.VersionStoreImpl;

/**
 * A Nessie server within this process, on 127.0.0.1, without access control; what it holds is kept
 * in a RocksDB folder. Nessie's own runner needs Java 21, its services do not.
 */
final class EmbeddedNessie implements AutoCloseable {
  private static final String DEFAULT_BRANCH = "main";
  private static final int MAX_THREADS = 64;

  private final HttpServer server;
  private final Backend backend;
  private final int port;

  private EmbeddedNessie(HttpServer server, Backend backend, int port) {
    this.server = server;
    this.backend = backend;
    this.port = port;
  }

  /**
   * Starts a server.
   *
   * @param folder where its data is, or shall be
   * @param port where it listens
   * @param token carried by each of its answers
   */
  static EmbeddedNessie start(Path folder, int port, String token) {
    Backend backend =
        new RocksDBBackendFactory()
            .buildBackend(RocksDBBackendConfig.builder().databasePath(folder).build());
    try {
      backend.setupSchema();
      Persist persist = backend.createFactory().newPersist(StoreConfig.Adjustable.empty());
      Logics.repositoryLogic(persist).initialize(DEFAULT_BRANCH);
      HttpServer server =
          GrizzlyHttpServerFactory.createHttpServer(
              URI.create("http://127.0.0.1:" + port + "/"),
              resources(new VersionStoreImpl(persist), token),
              false);
      server
          .getListeners()
          .forEach(
              listener ->
                  listener
                      .getTransport()
                      .setWorkerThreadPoolConfig(
                          ThreadPoolConfig.defaultConfig()
                              .setPoolName("nessie")
                              .setCorePoolSize(8)
                              .setMaxPoolSize(MAX_THREADS)));
      server.start();
      return new EmbeddedNessie(server, backend, port);
    } catch (IOException e) {
      closeQuietly(backend, e);
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      closeQuietly(backend, e);
      throw e;
    }
  }

  /** The API, version 2. */
  URI uri() {
    return URI.create("http://127.0.0.1:" + port + "/api/v2");
  }

  /** Answers what is asked already, then closes the database. */
  @Override
  public void close() {
    try {
      server.shutdown(5, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      server.shutdownNow();
    }
    try {
      backend.close();
    } catch (Exception e) {
      throw new IllegalStateException("Nessie's database was not closed", e);
    }
  }

  private static ResourceConfig resources(VersionStore store, String token) {
    ServerConfig config = new Config();
    Authorizer allowAll = (context, api) -> AbstractBatchAccessChecker.NOOP_ACCESS_CHECKER;
    AccessContext nobody = new Anonymous();
    ContainerResponseFilter tokenHeader =
        (request, response) -> response.getHeaders().add(PlatformFile.TOKEN_HEADER, token);
    return new ResourceConfig()
        .property(ServerProperties.WADL_FEATURE_DISABLE, true)
        .register(
            new AbstractBinder() {
              @Override
              protected void configure() {
                bind(config).to(ServerConfig.class).to(ExceptionConfig.class);
                bind(store).to(VersionStore.class);
                bind(allowAll).to(Authorizer.class);
                bind(nobody).to(AccessContext.class);
              }
            })
        .registerClasses(
            RestV2ConfigResource.class,
            RestV2TreeResource.class,
            ContentKeyParamConverterProvider.class,
            NamespaceParamConverterProvider.class,
            ReferenceTypeParamConverterProvider.class,
            BackendLimitExceededExceptionMapper.class,
            NessieExceptionMapper.class,
            NotSupportedExceptionMapper.class,
            EncodingFilter.class,
            GZipEncoder.class,
            DeflateEncoder.class)
        // before Jersey's own mappers of the same exceptions
        .register(ValidationExceptionMapper.class, 10)
        .register(ConstraintViolationExceptionMapper.class, 10)
        .register(NessieJaxRsJsonParseExceptionMapper.class, 10)
        .register(NessieJaxRsJsonMappingExceptionMapper.class, 10)
        .register(tokenHeader, ContainerResponseFilter.class);
  }

  private static void closeQuietly(Backend backend, Exception cause) {
    try {
      backend.close();
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }

  private static final class Config implements ServerConfig {
    @Override
    public String getDefaultBranch() {
      return DEFAULT_BRANCH;
    }

    @Override
    public boolean sendStacktraceToClient() {
      return false;
    }
  }

  private static final class Anonymous implements AccessContext {
    @Override
    public Principal user() {
      return () -> "";
    }
  }
}
