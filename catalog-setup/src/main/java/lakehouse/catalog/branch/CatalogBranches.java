package lakehouse.catalog.branch;

import java.util.List;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.MergeResponse;
import org.projectnessie.model.Reference;
import org.projectnessie.model.Tag;

/** The branches and tags of the catalog. */
public final class CatalogBranches {
  private final LakeCatalog catalog;

  public CatalogBranches(LakeCatalog catalog) {
    this.catalog = catalog;
  }

  /** The hash that a branch or tag stands at, or empty if there is none of that name. */
  public Optional<String> hash(String name) {
    return catalog.reference(name).map(Reference::getHash);
  }

  /** All branches and tags. */
  public List<Reference> all() {
    try {
      return catalog.nessie().getAllReferences().stream().toList();
    } catch (NessieNotFoundException e) {
      throw new IllegalStateException("Listing references needs none in particular", e);
    }
  }

  /**
   * Makes a branch.
   *
   * @param name the new branch
   * @param from the branch that holds the hash
   * @param hash where the new branch starts
   */
  public void create(String name, String from, String hash) {
    make(Branch.of(name, hash), from);
  }

  /** Makes a tag on a hash of a branch. */
  public void tag(String name, String from, String hash) {
    make(Tag.of(name, hash), from);
  }

  /**
   * Merges a branch into another as one commit.
   *
   * @return the hash of the target with the merge
   * @throws LakeException with {@link ExitCode#CONFLICT} if both sides changed the same table;
   *     nothing is merged then
   */
  public String merge(String branch, String into, String message) {
    try {
      Reference source = require(branch);
      MergeResponse merged =
          catalog
              .nessie()
              .mergeRefIntoBranch()
              .fromRefName(branch)
              .fromHash(source.getHash())
              .branch((Branch) require(into))
              .message(message)
              .merge();
      return merged.getResultantTargetHash();
    } catch (NessieConflictException e) {
      throw new LakeException(
          ExitCode.CONFLICT,
          """
          Branch %s was not merged into %s: both changed the same table (%s).
          Nothing was published. Run again: a fresh branch starts from what is there now."""
              .formatted(branch, into, e.getMessage()),
          e);
    } catch (NessieNotFoundException e) {
      throw gone(branch, e);
    }
  }

  /** Deletes a branch or tag; one that is gone already is no error. */
  public void delete(String name) {
    try {
      Optional<Reference> reference = catalog.reference(name);
      if (reference.isPresent()) {
        catalog.nessie().deleteReference().reference(reference.get()).delete();
      }
    } catch (NessieConflictException e) {
      throw new LakeException(
          ExitCode.CONFLICT,
          "Reference %s moved while it was being deleted (%s). Delete it again."
              .formatted(name, e.getMessage()),
          e);
    } catch (NessieNotFoundException alreadyGone) {
      // what was asked for
    }
  }

  private void make(Reference reference, String from) {
    try {
      catalog.nessie().createReference().sourceRefName(from).reference(reference).create();
    } catch (NessieConflictException e) {
      throw new LakeException(
          ExitCode.CONFLICT,
          "There is a branch or tag %s already (%s)."
              .formatted(reference.getName(), e.getMessage()),
          e);
    } catch (NessieNotFoundException e) {
      throw gone(from, e);
    }
  }

  private Reference require(String name) throws NessieNotFoundException {
    return catalog.nessie().getReference().refName(name).get();
  }

  private static LakeException gone(String name, Exception cause) {
    return new LakeException(
        ExitCode.CONFLICT,
        "The catalog has no reference %s, or not at that hash (%s)."
            .formatted(name, cause.getMessage()),
        cause);
  }
}
