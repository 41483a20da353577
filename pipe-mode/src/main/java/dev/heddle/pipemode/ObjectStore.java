package dev.heddle.pipemode;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The small port through which a job's bytes and listings come and go: S3. */
public interface ObjectStore extends ObjectSource {

  /**
   * @return the entity tag of what was stored, as {@link #head} would tell it; empty when the
   *     server doesn't say
   */
  String put(ObjectUri object, ByteBuffer body) throws ObjectStoreException;

  /** Stores a whole file, by parts where it is large. */
  void putFile(ObjectUri object, Path file) throws ObjectStoreException;

  /** Removes the object; one that isn't there is no error. */
  void delete(ObjectUri object) throws ObjectStoreException;

  /** Begins a multipart upload; nothing is visible under the key before it is completed. */
  String createMultipart(ObjectUri object) throws ObjectStoreException;

  UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body)
      throws ObjectStoreException;

  /**
   * Makes the object appear. The parts' numbers must ascend; gaps are allowed.
   *
   * @return the entity tag of the whole, as {@link #head} would tell it; empty when the server
   *     doesn't say
   */
  String completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts)
      throws ObjectStoreException;

  /**
   * The ids of the multipart uploads of just this object that are neither complete nor given up.
   */
  List<String> openMultiparts(ObjectUri object) throws ObjectStoreException;

  /** Gives a multipart upload up; one that is gone already is no error. */
  void abortMultipart(ObjectUri object, String uploadId) throws ObjectStoreException;
}
