// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { CompactSignature } from "../../src/interfaces/SluiceTypes.sol";
import { OddWallet1271, RefusingWallet1271, Wallet1271 } from "../mocks/Wallet1271.sol";
import { Harness } from "../support/Harness.sol";

contract SignaturesTest is Test {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    Harness private harness = Harness(deployCode("Harness.sol:Harness"));

    function compact(uint8 v, bytes32 r, bytes32 s) private pure returns (CompactSignature memory) {
        return CompactSignature(r, bytes32(uint256(s) | uint256(v - 27) << 255));
    }

    function testFuzz_recoversInEveryForm(uint256 key, bytes32 digest) public view {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        CompactSignature memory c = compact(v, r, s);
        assertTrue(harness.isBy(vm.addr(key), digest, c));
        assertEq(harness.recover(digest, abi.encodePacked(r, s, v)), vm.addr(key));
        assertEq(harness.recover(digest, abi.encodePacked(c.r, c.yParityAndS)), vm.addr(key));
    }

    function testFuzz_refusesTheMalleableTwin(uint256 key, bytes32 digest) public view {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes32 high = bytes32(ORDER - uint256(s));
        uint8 flipped = v == 27 ? 28 : 27;
        assertEq(ecrecover(digest, flipped, r, high), vm.addr(key));
        assertEq(harness.recover(digest, abi.encodePacked(r, high, flipped)), address(0));
        // in the compact form a high s would have its top bit read as the parity, or be above half the order
        if (uint256(high) >> 255 == 0) assertFalse(harness.isBy(vm.addr(key), digest, compact(flipped, r, high)));
    }

    function test_theHighestAllowedS() public view {
        bytes32 half = bytes32(ORDER / 2);
        bytes32 r = bytes32(uint256(1));
        address recovered = ecrecover(keccak256("x"), 27, r, half);
        assertTrue(recovered != address(0));
        assertEq(harness.recover(keccak256("x"), abi.encodePacked(r, half, uint8(27))), recovered);
        assertTrue(harness.isBy(recovered, keccak256("x"), CompactSignature(r, half)));
        bytes32 above = bytes32(ORDER / 2 + 1);
        recovered = ecrecover(keccak256("x"), 27, r, above);
        assertTrue(recovered != address(0));
        assertEq(harness.recover(keccak256("x"), abi.encodePacked(r, above, uint8(27))), address(0));
        assertEq(harness.recover(keccak256("x"), abi.encodePacked(r, above)), address(0));
        assertFalse(harness.isBy(recovered, keccak256("x"), CompactSignature(r, above)));
    }

    function test_zeroIsNobody() public view {
        assertFalse(harness.isBy(address(0), keccak256("x"), CompactSignature(0, 0)));
        assertFalse(harness.isConsent(address(0), keccak256("x"), new bytes(65)));
        assertFalse(harness.isConsent(address(0), keccak256("x"), ""));
    }

    function test_noSignatureIsAllZero() public view {
        assertTrue(harness.isNone(CompactSignature(0, 0)));
        assertFalse(harness.isNone(CompactSignature(bytes32(uint256(1)), 0)));
        assertFalse(harness.isNone(CompactSignature(0, bytes32(uint256(1)))));
    }

    function test_otherLengthsAreNoSignature() public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(1, keccak256("x"));
        assertEq(harness.recover(keccak256("x"), abi.encodePacked(r, s, v, v)), address(0));
        assertEq(harness.recover(keccak256("x"), abi.encodePacked(r, bytes31(s))), address(0));
        assertEq(harness.recover(keccak256("x"), ""), address(0));
    }

    function test_accountsConsentByKeyOrByContract() public {
        bytes32 digest = keccak256("x");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(7, digest);
        bytes memory signature = abi.encodePacked(r, s, v);
        assertTrue(harness.isConsent(vm.addr(7), digest, signature));
        assertFalse(harness.isConsent(vm.addr(8), digest, signature));
        address wallet = address(new Wallet1271(vm.addr(7)));
        assertTrue(harness.isConsent(wallet, digest, signature));
        assertFalse(harness.isConsent(wallet, keccak256("y"), signature));
        // an account with code may still sign by its own key (EIP-7702)
        vm.etch(vm.addr(7), address(wallet).code);
        assertTrue(harness.isConsent(vm.addr(7), digest, signature));
    }

    function test_oddAnswersAreNoConsent() public {
        bytes4 magic = 0x1626ba7e;
        bytes[4] memory answers = [
            bytes(""), abi.encodePacked(magic), abi.encode(uint32(magic)), abi.encodePacked(magic, bytes28(uint224(1)))
        ];
        for (uint256 i; i < answers.length; ++i) {
            assertFalse(harness.isConsent(address(new OddWallet1271(answers[i])), keccak256("x"), ""), vm.toString(i));
        }
        assertTrue(harness.isConsent(address(new OddWallet1271(abi.encode(magic))), keccak256("x"), ""));
        assertTrue(
            harness.isConsent(address(new OddWallet1271(bytes.concat(abi.encode(magic), "more"))), keccak256("x"), "")
        );
    }

    function test_aRefusalWithTheRightWordIsNoConsent() public {
        assertFalse(harness.isConsent(address(new RefusingWallet1271()), keccak256("x"), ""));
    }

    function test_anAccountWithoutCodeConsentsByKeyOnly() public view {
        assertFalse(harness.isConsent(address(0x1234567), keccak256("x"), hex"00"));
    }
}
