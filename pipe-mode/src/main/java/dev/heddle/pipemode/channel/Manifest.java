package dev.heddle.pipemode.channel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Reads a manifest (SageMaker's {@code S3DataType=ManifestFile}): a JSON array of one {@code
 * {"prefix": "s3://bucket/..."}} and then strings, each of which ends an object's address. It is
 * read as a stream, and the objects are asked for in small lots.
 */
final class Manifest {
  private static final int LOT = 1024;
  private static final int ASKED_AT_ONCE = 32;

  private final ObjectSource store;
  private final ObjectUri uri;

  Manifest(ObjectSource store, ObjectUri uri) {
    this.store = store;
    this.uri = uri;
  }

  /**
   * @param onPrefix called once, first
   * @param onObject called for each object in the manifest's order
   */
  void read(Consumer<ObjectUri> onPrefix, Consumer<ObjectInfo> onObject)
      throws IOException, InterruptedException {
    ObjectInfo manifest = store.head(uri).orElseThrow(() -> ChannelListing.nothingUnder(uri, null));
    JsonFactory json =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (InputStream in = store.open(manifest, 0, manifest.size());
        JsonParser parser = json.createParser(in);
        TransferPool pool = new TransferPool("manifest", ASKED_AT_ONCE)) {
      expect(parser, JsonToken.START_ARRAY, "it must be one JSON array");
      String prefix = prefix(parser);
      ObjectUri base = parse(prefix, parser);
      onPrefix.accept(base);
      List<ObjectUri> lot = new ArrayList<>(LOT);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
          throw invalid(parser, "each element after the prefix must be a string", null);
        }
        ObjectUri object = parse(prefix + parser.getText(), parser);
        if (!object.bucket().equals(base.bucket()) || object.key().isEmpty()) {
          throw invalid(parser, object + " is no object of the prefix's bucket", null);
        }
        lot.add(object);
        if (lot.size() == LOT) {
          ask(lot, pool, onObject);
          lot.clear();
        }
      }
      if (parser.nextToken() != null) {
        throw invalid(parser, "nothing may follow the array", null);
      }
      ask(lot, pool, onObject);
    } catch (JsonProcessingException e) {
      throw invalid(e.getLocation().getLineNr(), e.getOriginalMessage(), e);
    }
  }

  private String prefix(JsonParser parser) throws IOException {
    String rule = "its first element must be {\"prefix\": \"s3://bucket/...\"} and nothing else";
    expect(parser, JsonToken.START_OBJECT, rule);
    expect(parser, JsonToken.FIELD_NAME, rule);
    if (!parser.currentName().equals("prefix")) {
      throw invalid(parser, rule, null);
    }
    expect(parser, JsonToken.VALUE_STRING, rule);
    String prefix = parser.getText();
    expect(parser, JsonToken.END_OBJECT, rule);
    return prefix;
  }

  private void expect(JsonParser parser, JsonToken token, String rule) throws IOException {
    if (parser.nextToken() != token) {
      throw invalid(parser, rule, null);
    }
  }

  private ObjectUri parse(String address, JsonParser parser) throws ObjectStoreException {
    try {
      return ObjectUri.parse(address);
    } catch (IllegalArgumentException e) {
      throw invalid(parser, e.getMessage(), e);
    }
  }

  private ObjectStoreException invalid(JsonParser parser, String rule, Throwable cause) {
    return invalid(parser.currentTokenLocation().getLineNr(), rule, cause);
  }

  private ObjectStoreException invalid(int line, String rule, Throwable cause) {
    return new ObjectStoreException(
        Kind.REFUSED, "The manifest " + uri + " is not valid: line " + line + ": " + rule, cause);
  }

  private void ask(List<ObjectUri> lot, TransferPool pool, Consumer<ObjectInfo> onObject)
      throws IOException, InterruptedException {
    ObjectInfo[] found = new ObjectInfo[lot.size()];
    pool.runAll(
        IntStream.range(0, found.length)
            .<TransferPool.Work>mapToObj(
                i -> () -> found[i] = store.head(lot.get(i)).orElseThrow(() -> missing(lot.get(i))))
            .iterator());
    for (ObjectInfo object : found) {
      onObject.accept(object);
    }
  }

  private ObjectStoreException missing(ObjectUri object) {
    return new ObjectStoreException(
        Kind.NOT_FOUND,
        "No S3 objects found under S3 URL \""
            + object
            + "\", which the manifest "
            + uri
            + " names. Please ensure that "
            + (object.inS3()
                ? "the bucket exists in the selected region, that the object exists, and that the"
                    + " job's credentials have \"s3:GetObject\" permissions on it."
                : "the file exists, and that the job's user may read it."),
        null);
  }
}
