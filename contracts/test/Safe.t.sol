// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, CreditRedirect, SignedCloseRequest, SignedLane } from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

/// @dev What these tests ask of a Safe.
interface ISafe {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address payable paymentReceiver
    ) external;
    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes calldata signatures
    ) external payable returns (bool);
    function getTransactionHash(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view returns (bytes32);
    function domainSeparator() external view returns (bytes32);
    function nonce() external view returns (uint256);
}

interface ISafeProxyFactory {
    function createProxyWithNonce(address singleton, bytes calldata initializer, uint256 salt)
        external
        returns (address);
}

/// @notice A Safe of two owners out of three, by Safe's own code, as the account of party b.
contract SafeTest is Fixture {
    ISafe private safe;
    uint256[3] private keys = [uint256(0x501), 0x502, 0x503];
    ChannelTerms private t;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        sortKeys();
        address singleton = deployed("SAFE_CODE");
        ISafeProxyFactory factory = ISafeProxyFactory(deployed("SAFE_FACTORY_CODE"));
        address[] memory owners = new address[](3);
        for (uint256 i; i < 3; ++i) {
            owners[i] = vm.addr(keys[i]);
        }
        address handler = deployed("SAFE_HANDLER_CODE");
        bytes memory initializer =
            abi.encodeCall(ISafe.setup, (owners, 2, address(0), "", handler, address(0), 0, payable(0)));
        safe = ISafe(factory.createProxyWithNonce(singleton, initializer, 1));
        t = nativeTerms();
        t.b.account = address(safe);
        id = sluice.channelId(t);
        fund(t, 0, 100);
    }

    // Safe takes its owners' signatures in ascending order of the owners.
    function sortKeys() private {
        for (uint256 i = 1; i < 3; ++i) {
            for (uint256 j = i; j > 0 && vm.addr(keys[j]) < vm.addr(keys[j - 1]); --j) {
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
    }

    function deployed(string memory name) private returns (address at) {
        bytes memory code = vm.envBytes(name);
        assembly {
            at := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(at != address(0), name);
    }

    // ---- what the owners sign ----

    /// @dev The message that a Safe's owners sign for a digest that it is asked about.
    function messageHash(bytes32 digest) private view returns (bytes32) {
        bytes32 message = keccak256(abi.encode(keccak256("SafeMessage(bytes message)"), keccak256(abi.encode(digest))));
        return keccak256(abi.encodePacked(hex"1901", safe.domainSeparator(), message));
    }

    function byOwners(bytes32 digest, uint256 count) private view returns (bytes memory signatures) {
        for (uint256 i; i < count; ++i) {
            signatures = bytes.concat(signatures, signBytes(keys[i], digest));
        }
    }

    function consent(bytes32 digest, uint256 count) private view returns (SignedCloseRequest memory) {
        return SignedCloseRequest(address(safe), uint64(block.timestamp), byOwners(messageHash(digest), count));
    }

    /// @dev The Safe calls the contract itself.
    function execute(bytes memory input) private {
        address to = address(sluice);
        bytes32 digest = safe.getTransactionHash(to, 0, input, 0, 0, 0, 0, address(0), address(0), safe.nonce());
        bytes memory signatures = byOwners(digest, 2);
        assertTrue(safe.execTransaction(to, 0, input, 0, 0, 0, 0, address(0), payable(0), signatures));
    }

    // ---- as an account ----

    function test_isPaid() public {
        settled(t, both(t, lane(t, 0, 1, 30)), noVoucher());
        assertEq(address(safe).balance, 30);
    }

    function test_startsACloseItself() public {
        execute(abi.encodeCall(sluice.startClose, (t, noVoucher())));
        assertEq(stateOf(id).closesAt, block.timestamp + WINDOW);
    }

    function test_startsACloseByItsOwnersSignatures() public {
        bytes32 digest = closeRequestDigest(id, uint64(block.timestamp));
        SignedLane memory shown = both(t, lane(t, 0, 1, 30));
        SignedCloseRequest memory one = consent(digest, 1);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, safe));
        sluice.startCloseFor(t, shown, one);
        SignedCloseRequest memory other = consent(keccak256("something else"), 2);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, safe));
        sluice.startCloseFor(t, shown, other);
        sluice.startCloseFor(t, shown, consent(digest, 2));
        assertEq(stateOf(id).lane0.paid, 30);
    }

    function test_directsACreditByItsOwnersSignatures() public {
        startCloseAs(signerA, t, both(t, lane(t, 0, 1, 30)));
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), 2);
        assertEq(sluice.creditOf(address(safe), address(0)), 30);
        CreditRedirect memory r = CreditRedirect(address(safe), address(0), stranger, 30, 0, uint64(block.timestamp));
        bytes32 digest = Reference.creditRedirect(address(sluice), r);
        bytes memory one = consent(digest, 1).signature;
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, safe));
        sluice.redirectCreditFor(r, one);
        sluice.redirectCreditFor(r, consent(digest, 2).signature);
        assertEq(stranger.balance, 30);
    }

    function test_directsACreditItself() public {
        startCloseAs(signerA, t, both(t, lane(t, 0, 1, 30)));
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), 2);
        execute(abi.encodeCall(sluice.redirectCredit, (address(0), stranger, 30)));
        assertEq(stranger.balance, 30);
    }

    /// @dev The third owner's key alone, and the signers' keys, are no consent of the Safe.
    function test_noSingleKeySpeaksForIt() public {
        bytes32 digest = closeRequestDigest(id, uint64(block.timestamp));
        uint256[3] memory alone = [keys[2], keyA, keyB];
        for (uint256 i; i < 3; ++i) {
            SignedCloseRequest memory wrong =
                SignedCloseRequest(address(safe), uint64(block.timestamp), signBytes(alone[i], digest));
            refuses(abi.encodeWithSelector(BadSignature.selector, digest, safe));
            sluice.startCloseFor(t, noVoucher(), wrong);
        }
    }
}
